#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/schema/op.hpp"

namespace caloquant {

/// Shape of dst from the shapes of all inputs. A dynamic batch stays dynamic. Throws ModelError
/// with place `where` when shapes or attributes do not fit each other.
[[nodiscard]] Shape infer_shape(const Op& op, const std::vector<Shape>& inputs,
                                const std::string& where);

/// Multiply-accumulates for one sample, as written (padding counts). 0 for what has no weights.
[[nodiscard]] std::int64_t macs_per_sample(const Op& op, const std::vector<Shape>& inputs,
                                           const Shape& dst);

}  // namespace caloquant
