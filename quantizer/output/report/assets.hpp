#pragma once

#include <array>
#include <string_view>

namespace caloquant {

/// A file of quantizer/report/assets, as it was when this was built.
struct ReportAsset {
  std::string_view name;  ///< what page.html calls its place: "@@name@@"
  std::string_view text;
};

[[nodiscard]] std::string_view report_page_asset();             ///< page.html
[[nodiscard]] std::array<ReportAsset, 10> report_page_parts();  ///< what goes into it

}  // namespace caloquant
