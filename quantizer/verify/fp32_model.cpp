#include "quantizer/verify/fp32_model.hpp"

#include "quantizer/verify/verify_model.hpp"

namespace caloquant {

Fp32Model load_verified_with_import(const ModelConfig& config, const GraphConfig& graph,
                                    CheckTime when) {
  Fp32Model model{load_fp32_with_import(config, graph, when)};
  if (!config.expected.empty()) {
    model.verified = require_expected(model, config.expected);
    model.files.push_back(config.expected);
  }
  return model;
}

Fp32Model load_fp32_model(const ModelConfig& config, const GraphConfig& graph, CheckTime when) {
  Fp32Model model = load_verified_with_import(config, graph, when);
  model.imported.reset();
  return model;
}

}  // namespace caloquant
