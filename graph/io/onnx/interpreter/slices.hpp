#pragma once

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// What a Slice node takes of every axis: extents[i] cells from starts[i] in steps.
struct Slices {
  Shape starts;
  Shape steps;
  Shape extents;
};

/// Of a src with these extents.
[[nodiscard]] Slices slices_of(const Call& call, const Shape& dims);

}  // namespace caloquant::onnx
