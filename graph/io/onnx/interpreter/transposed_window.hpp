#pragma once

#include "graph/io/onnx/interpreter/window.hpp"

namespace caloquant::onnx {

/// The window of ConvTranspose: src is its input, dst its larger output, pads are cut off. pad_end
/// is negative where output_padding or output_shape ask for cells that nothing adds to.
[[nodiscard]] Window transposed_window(const Call& call, const Shape& src, const Shape& kernel);

}  // namespace caloquant::onnx
