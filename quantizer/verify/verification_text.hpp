#pragma once

#include <caloquant/verify.hpp>
#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// A row for each tensor, for people.
[[nodiscard]] std::string verification_table(const Verification& verification);
/// "agrees with expected.h5 in 9 layers and 1 output (2 of 2 rows), at most 0.12 of what rounding
/// explains ('conv3d_6')", or where the first difference is.
[[nodiscard]] std::string verdict_line(const Verification& verification);
/// Everything, as `verify --json` prints it.
[[nodiscard]] Json to_json(const Verification& verification);
/// What result.json keeps.
[[nodiscard]] Json summary_json(const Verification& verification);

}  // namespace caloquant
