#pragma once

#include <filesystem>

#include "graph/io/onnx/model.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Writes an fp32 graph as ONNX of opset 13, with the batch symbolic ("N"); node names are kept,
/// what takes several ONNX nodes gives the others a suffix. Equal graphs make equal bytes. Throws
/// ModelError naming a layer that is quantized, BackendError when the file cannot be written.
void write_onnx(const Graph& graph, const std::filesystem::path& file);

namespace onnx {
/// The same as structs.
[[nodiscard]] Model export_graph(const Graph& graph);
}  // namespace onnx

}  // namespace caloquant
