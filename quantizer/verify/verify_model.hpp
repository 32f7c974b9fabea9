#pragma once

#include <caloquant/verify.hpp>

#include "graph/load_model/load_model.hpp"
#include "quantizer/verify/expected_values.hpp"

namespace caloquant {

/// verify() of what the files or arrays of `expected_values()` say. `model.imported` must be there.
[[nodiscard]] Verification verify_model(const LoadedModel& model, const ExpectedValues& expected);

/// verify() of an expected file, and require_agreement(). Throws DataError and ModelError.
[[nodiscard]] Verification require_expected(const LoadedModel& model,
                                            const std::filesystem::path& file);

}  // namespace caloquant
