#pragma once

#include "graph/json/json_fwd.hpp"

namespace caloquant {

struct RunFolder;

/// What the page opens with: "tone" of the headline ("good", "amber", "bad"), "title", "detail",
/// "asked", and "rows", a criterion each with its texts, its place in units of the limit, its tone,
/// and beside it the same of the confirmation. "speed" has the speed-up and its tone, null where it
/// was not measured. The tone of the headline is never better than that of anything below it.
[[nodiscard]] Json verdict_view(const RunFolder& run);

}  // namespace caloquant
