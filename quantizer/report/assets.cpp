#include "quantizer/report/assets.hpp"

#include <cstdint>

// The assembler reads the files: a megabyte of JavaScript as an array of numbers would take a
// compiler many seconds. CALOQUANT_REPORT_ASSETS is the folder; CMake knows that this source
// depends on the files in it.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): assembler text is made of string literals only
#define CALOQUANT_EMBED(name, file)                               \
  __asm__(                                                        \
      ".pushsection .rodata\n"                                    \
      ".balign 8\n"                                               \
      ".globl caloquant_asset_" #name "_size\n"                   \
      "caloquant_asset_" #name "_size:\n"                         \
      ".quad caloquant_asset_" #name "_end - caloquant_asset_" #name "\n" \
      ".globl caloquant_asset_" #name "\n"                        \
      "caloquant_asset_" #name ":\n"                              \
      ".incbin \"" CALOQUANT_REPORT_ASSETS "/" file "\"\n"        \
      "caloquant_asset_" #name "_end:\n"                          \
      ".byte 0\n"                                                 \
      ".popsection\n");                                           \
  extern "C" const char caloquant_asset_##name[];                 \
  extern "C" const std::uint64_t caloquant_asset_##name##_size

CALOQUANT_EMBED(page, "page.html");
CALOQUANT_EMBED(style, "style.css");
CALOQUANT_EMBED(script, "report.js");
CALOQUANT_EMBED(plotly, "plotly-gl3d.min.js");

namespace caloquant::report_assets {

std::string_view page() {
  return {caloquant_asset_page, caloquant_asset_page_size};
}
std::string_view style() {
  return {caloquant_asset_style, caloquant_asset_style_size};
}
std::string_view script() {
  return {caloquant_asset_script, caloquant_asset_script_size};
}
std::string_view plotly() {
  return {caloquant_asset_plotly, caloquant_asset_plotly_size};
}

}  // namespace caloquant::report_assets
