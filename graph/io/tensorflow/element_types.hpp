#pragma once

#include <cstdint>

#include "graph/io/onnx/array.hpp"

namespace caloquant::tensorflow {

/// The type of a DataType number, `undefined` for one that arrays cannot have.
[[nodiscard]] onnx::ElementType element_type_of(std::int64_t data_type);

/// s32 as s64: ONNX wants extents, axes and paddings as s64.
[[nodiscard]] onnx::Array with_wide_integers(onnx::Array array);

}  // namespace caloquant::tensorflow
