#include "graph/passes/pass.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <utility>

#include "ops/core/extremes.hpp"

namespace caloquant {
namespace {

// fold_constants stands before everything that asks for constant weights or vectors;
// collapse_upsample behind what changes the weights of the convolution as it is written.
constexpr std::array<Pass, 10> canonical{{
    {"eliminate_identity", "drop identities (Dropout at inference)", eliminate_identity},
    {"fold_constants", "compute what only constants go into", fold_constants},
    {"lower_batch_norm", "BatchNorm becomes one multiply-add per channel", lower_batch_norm, false},
    {"simplify_movement", "merge and drop Reshape and Transpose", simplify_movement},
    {"sink_transpose", "up-samplings and pads move in front of a Transpose that meets another one",
     sink_transpose},
    {"fold_transpose_into_dense", "permute Dense weights instead of its src or dst",
     fold_transpose_into_dense},
    {"fold_affine_into_weights", "a multiply-add right behind a layer goes into its weights",
     fold_affine_into_weights},
    {"fold_pad_into_conv", "zero padding becomes padding of the convolution", fold_pad_into_conv},
    {"collapse_upsample",
     "a convolution over up-sampled cells becomes one per phase over the cells", collapse_upsample},
    {"sink_depth_to_space", "element-wise operators move in front of a DepthToSpace",
     sink_depth_to_space},
}};

/// A product or sum of weights may be larger than any f32.
void require_finite_constants(const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    if (!is_quantizable(node.op) && !std::holds_alternative<Affine>(node.op)) {
      continue;
    }
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const Tensor* constant = graph.constant(node, input);
      if (constant == nullptr || constant->dtype() != DType::f32) {
        continue;
      }
      if (const auto at = extremes_of(constant->data<float>()).not_finite) {
        throw ModelError("layer '" + node.name + "'",
                         "number " + std::to_string(*at) + " of its constant " +
                             std::to_string(input) + " is not finite",
                         "look at the weights of it and of the layers around it");
      }
    }
  }
}

}  // namespace

std::span<const Pass> canonical_passes() {
  return canonical;
}

std::vector<std::string> optional_pass_names() {
  std::vector<std::string> names;
  for (const Pass& pass : canonical) {
    if (pass.optional) {
      names.emplace_back(pass.name);
    }
  }
  return names;
}

Graph run_passes(Graph graph, std::span<const Pass> passes,
                 const std::vector<std::string>& disabled, std::vector<PassRun>* report) {
  for (const Pass& pass : passes) {
    if (std::find(disabled.begin(), disabled.end(), pass.name) != disabled.end()) {
      continue;
    }
    try {
      GraphEditor editor(std::move(graph));
      const bool changed = pass.run(editor);
      graph = editor.finish();
      if (report != nullptr) {
        report->push_back({pass.name, changed});
      }
    } catch (const ModelError& error) {
      throw ModelError(error.place(),
                       error.problem() + " (after pass '" + std::string(pass.name) + "')",
                       error.remedy());
    }
  }
  require_finite_constants(graph);
  return graph;
}

}  // namespace caloquant
