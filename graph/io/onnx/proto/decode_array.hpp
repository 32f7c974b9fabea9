#pragma once

#include <filesystem>
#include <string>

#include "graph/io/onnx/array.hpp"

namespace caloquant::onnx_proto {
class TensorProto;
}

namespace caloquant::onnx {

/// The tensor in raw_data, in typed fields or in a file beside the model (`folder`). `place` names
/// file and tensor in messages. Throws ModelError; allocates nothing before the data is known to
/// fill the extents.
[[nodiscard]] Array decode_array(const onnx_proto::TensorProto& tensor,
                                 const std::filesystem::path& folder, const std::string& place);

}  // namespace caloquant::onnx
