#include "quantizer/plan/emitted_form.hpp"

#include "graph/io/onnx/onnx_writer.hpp"

namespace caloquant {

RunConfig with_carried_rule(RunConfig config) {
  if (config.emit.onnx && !carries_zero_points(config.emit.onnx_profile)) {
    config.quantization.activation_rule = ActivationRule::symmetric;
  }
  return config;
}

void keep_what_is_carried(std::vector<LayerSpec>& layers, const EmitConfig& emit) {
  if (!emit.onnx) {
    return;
  }
  for (LayerSpec& layer : layers) {
    for (LayerOptions* options : {&layer.capability, &layer.searched}) {
      if (!carries_zero_points(emit.onnx_profile)) {
        std::erase(options->activations, ActivationType::u8);
      }
      if (!carries_16_bits(emit.onnx_profile)) {
        std::erase(options->precisions, Precision::w8a16);
      }
    }
  }
}

Graph emitted_form(const Graph& graph, const EmitConfig& emit) {
  return emit.onnx && emit.onnx_profile == OnnxProfile::onnxruntime ? with_whole_biases(graph)
                                                                    : graph;
}

}  // namespace caloquant
