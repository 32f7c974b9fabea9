#pragma once

#include <string>

#include "graph/io/onnx/array.hpp"

namespace caloquant::tensorflow_proto {
class TensorProto;
class TensorShapeProto;
}  // namespace caloquant::tensorflow_proto

namespace caloquant::tensorflow {

[[nodiscard]] Shape dims_of(const tensorflow_proto::TensorShapeProto& shape);

/// A constant, from tensor_content or from typed fields, of which the last number fills what is
/// left. s32 becomes s64, as ONNX wants extents and axes. Throws ModelError with `place`; allocates
/// no more than 64 times what the file holds.
[[nodiscard]] onnx::Array decode_tensor(const tensorflow_proto::TensorProto& tensor,
                                        const std::string& place);

}  // namespace caloquant::tensorflow
