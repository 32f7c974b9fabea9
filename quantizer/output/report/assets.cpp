#include "quantizer/output/report/assets.hpp"

#include <cstdint>

// The assembler reads the files: a compiler would take long over a megabyte of JavaScript as an
// array of numbers. CMake defines CALOQUANT_REPORT_ASSETS, their folder, and knows that this source
// depends on them.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): assembler text is made of string literals only
#define CALOQUANT_EMBED(name, file)                                  \
  __asm__(                                                           \
      ".pushsection .rodata\n"                                       \
      ".balign 8\n"                                                  \
      ".globl caloquant_asset_" #name                                \
      "_size\n"                                                      \
      ".hidden caloquant_asset_" #name                               \
      "_size\n"                                                      \
      "caloquant_asset_" #name                                       \
      "_size:\n"                                                     \
      ".quad caloquant_asset_" #name "_end - caloquant_asset_" #name \
      "\n"                                                           \
      ".globl caloquant_asset_" #name                                \
      "\n"                                                           \
      ".hidden caloquant_asset_" #name                               \
      "\n"                                                           \
      "caloquant_asset_" #name                                       \
      ":\n"                                                          \
      ".incbin \"" CALOQUANT_REPORT_ASSETS "/" file                  \
      "\"\n"                                                         \
      "caloquant_asset_" #name                                       \
      "_end:\n"                                                      \
      ".popsection\n");                                              \
  extern "C" const char caloquant_asset_##name[];                    \
  extern "C" const std::uint64_t caloquant_asset_##name##_size

CALOQUANT_EMBED(html, "page.html");
CALOQUANT_EMBED(style, "style.css");
CALOQUANT_EMBED(plotly, "plotly-gl3d.min.js");
CALOQUANT_EMBED(base, "base.js");
CALOQUANT_EMBED(save, "save.js");
CALOQUANT_EMBED(criteria, "criteria.js");
CALOQUANT_EMBED(run, "run.js");
CALOQUANT_EMBED(showers, "showers.js");
CALOQUANT_EMBED(distances, "distances.js");
CALOQUANT_EMBED(layers, "layers.js");
CALOQUANT_EMBED(page, "page.js");

namespace caloquant {

std::string_view report_page_asset() {
  return {caloquant_asset_html, caloquant_asset_html_size};
}

std::array<ReportAsset, 10> report_page_parts() {
  return {{{"style", {caloquant_asset_style, caloquant_asset_style_size}},
           {"plotly", {caloquant_asset_plotly, caloquant_asset_plotly_size}},
           {"base", {caloquant_asset_base, caloquant_asset_base_size}},
           {"save", {caloquant_asset_save, caloquant_asset_save_size}},
           {"criteria", {caloquant_asset_criteria, caloquant_asset_criteria_size}},
           {"run", {caloquant_asset_run, caloquant_asset_run_size}},
           {"showers", {caloquant_asset_showers, caloquant_asset_showers_size}},
           {"distances", {caloquant_asset_distances, caloquant_asset_distances_size}},
           {"layers", {caloquant_asset_layers, caloquant_asset_layers_size}},
           {"page", {caloquant_asset_page, caloquant_asset_page_size}}}};
}

}  // namespace caloquant
