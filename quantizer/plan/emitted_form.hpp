#pragma once

#include <caloquant/config.hpp>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

// What the formats of a config can carry is decided before anything is measured, so that the
// networks that are judged are those that are written, in every format alike.

/// The config with activation_rule symmetric where an ONNX profile carries no other one (tensorrt,
/// portable).
[[nodiscard]] RunConfig with_carried_rule(RunConfig config);

/// Takes away what an ONNX profile that is asked for does not carry: u8 (tensorrt, portable) and
/// w8a16 (tensorrt).
void keep_what_is_carried(std::vector<LayerSpec>& layers, const EmitConfig& emit);

/// A quantized network as its files hold it: with_whole_biases() for the profile onnxruntime.
[[nodiscard]] Graph emitted_form(const Graph& graph, const EmitConfig& emit);

}  // namespace caloquant
