#pragma once

#include <caloquant/onnx_profile.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/io/files/output_file.hpp"
#include "graph/io/onnx/model.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Something that the profile cannot carry, and what was written instead.
struct OnnxNote {
  std::string layer;
  std::string text;
  friend bool operator==(const OnnxNote&, const OnnxNote&) = default;
};

/// Writes a graph as ONNX with the batch symbolic ("N"): of opset 13, of 21 where a layer has
/// 16-bit activations. Node names are kept, what takes several ONNX nodes gives the others a
/// suffix. Scale and power of the output go into the metadata (`caloquant.output_scale`,
/// `caloquant.output_power`). Equal graphs make equal bytes. Returns what is not as in the graph.
/// Throws BackendError when the file cannot be written.
std::vector<OnnxNote> write_onnx(const Graph& graph, const std::filesystem::path& file,
                                 OnnxProfile profile = OnnxProfile::onnxruntime);
/// The same without its name, which commit() of the output gives it.
std::vector<OnnxNote> write_onnx(const Graph& graph, OutputFile& output, OnnxProfile profile);

/// Can a file of the profile have u8 activations and zero points?
[[nodiscard]] bool carries_zero_points(OnnxProfile profile);
/// Can it have 16-bit activations?
[[nodiscard]] bool carries_16_bits(OnnxProfile profile);

/// Biases of int8 layers rounded to whole steps of the layer's sums, as profile onnxruntime writes
/// them: f32(q) * f32(src scale * weight scale). A bias beyond 32 bits is left alone; no plan has
/// one (layer_weight_scales()).
[[nodiscard]] Graph with_whole_biases(const Graph& graph);

namespace onnx {
struct ExportedModel {
  Model model;
  std::vector<OnnxNote> notes;
  std::map<std::string, std::string> nodes;  ///< value of the model -> node of the graph
};
/// The same as structs.
[[nodiscard]] ExportedModel export_graph(const Graph& graph, OnnxProfile profile);
}  // namespace onnx

}  // namespace caloquant
