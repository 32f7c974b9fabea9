#pragma once

#include <vector>

#include "graph/io/onnx/array.hpp"

namespace caloquant::onnx {

/// The numbers of an array of any type but strings and complex numbers, rounded to f32; booleans
/// are 0 and 1. Throws ModelError for the others.
[[nodiscard]] std::vector<float> floats_of(const Array& array);

}  // namespace caloquant::onnx
