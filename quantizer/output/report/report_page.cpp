#include "quantizer/output/report/report_page.hpp"

#include "graph/io/files/text_file.hpp"
#include "ops/core/check.hpp"
#include "quantizer/output/report/assets.hpp"
#include "quantizer/output/report/sensitivity.hpp"
#include "quantizer/output/report/verdict_view.hpp"

namespace caloquant {
namespace {

/// JSON text that can stand inside a script element: "<" occurs in strings only, where it may be
/// escaped, so no name of a layer ends the element or opens a comment.
std::string script_safe(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

/// The page with `text` in place of the mark `name`.
std::string filled(std::string_view page, std::string_view name, std::string_view text) {
  const std::string mark = "@@" + std::string(name) + "@@";
  const std::size_t at = page.find(mark);
  CALOQUANT_EXPECT(at != std::string_view::npos);
  std::string whole;
  whole.reserve(page.size() + text.size());
  whole.append(page.substr(0, at)).append(text).append(page.substr(at + mark.size()));
  return whole;
}

}  // namespace

std::string report_page(const std::vector<RunFolder>& runs) {
  Json data;
  data["runs"] = Json::array();
  for (const RunFolder& run : runs) {
    data["runs"].push_back({{"name", runs.size() > 1 ? Json(run.name) : Json()},
                            {"verdict", verdict_view(run)},
                            {"result", run.result},
                            {"steps", run.steps},
                            {"costs", run.costs},
                            {"data", run.data},
                            {"sensitivity", layer_sensitivity(run.steps)}});
  }
  // The data last: a mark in a user's text is text.
  std::string page(report_page_asset());
  for (const ReportAsset& part : report_page_parts()) {
    page = filled(page, part.name, part.text);
  }
  return filled(page, "data", script_safe(data));
}

void write_report_page(const std::vector<std::filesystem::path>& folders,
                       const std::filesystem::path& file) {
  write_text_file(report_page(read_run_folders(folders)), file);
}

}  // namespace caloquant
