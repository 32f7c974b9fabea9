#pragma once

#include <string_view>

namespace caloquant::report_assets {

// The files of quantizer/report/assets, as they were when this was built.

[[nodiscard]] std::string_view page();    ///< page.html, with places for the others
[[nodiscard]] std::string_view style();   ///< style.css
[[nodiscard]] std::string_view script();  ///< report.js
[[nodiscard]] std::string_view plotly();  ///< plotly-gl3d.min.js

}  // namespace caloquant::report_assets
