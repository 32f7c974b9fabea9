#pragma once

#include <caloquant/tuning.hpp>
#include <string>
#include <vector>

namespace caloquant::testing {

/// A dense layer "dense_1" and convolutions "conv3d_1" to "conv3d_<convolutions>", in that order.
inline std::vector<LayerSpec> generator_layers(int convolutions = 7) {
  std::vector<LayerSpec> layers{default_layer_spec("dense_1", "dense")};
  for (int i = 1; i <= convolutions; ++i) {
    layers.push_back(default_layer_spec("conv3d_" + std::to_string(i), "conv"));
  }
  return layers;
}

/// The space of the 2023 talk: seven convolutions, the dense layer left out.
inline TuningSpace talk_space() {
  SpaceRules rules;
  rules.first_conv_or_matmul_quantization = false;
  return {generator_layers(), rules, "run.json"};
}

}  // namespace caloquant::testing
