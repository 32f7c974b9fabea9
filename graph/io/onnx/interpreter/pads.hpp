#pragma once

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

struct Pads {
  Shape begin;  ///< one entry per axis; negative cuts
  Shape end;
};

/// The pads of a Pad node: an attribute before opset 11, then inputs (with axes since 18).
[[nodiscard]] Pads pads_of(const Call& call, std::size_t rank);

}  // namespace caloquant::onnx
