#include "quantizer/run/session_parts.hpp"

#include <caloquant/error.hpp>
#include <utility>

#include "quantizer/verify/verify_model.hpp"

namespace caloquant {

RunConfig with_parts(RunConfig config, const RunParts& parts) {
  if (std::holds_alternative<TensorArrays>(parts.data) && !config.data.tensors) {
    config.data.tensors.emplace();
  }
  if (std::holds_alternative<ShowerArrays>(parts.data)) {
    config.data.tensors.reset();
  }
  if (parts.metric) {
    config.metric.given = true;
    config.metric.name = parts.metric->name();
    if (!config.metric.tensor) {
      config.metric.tensor.emplace();
    }
    config.accuracy.higher_is_better = parts.metric->higher_is_better();
  }
  return config;
}

Fp32Model fp32_model_of(const RunConfig& config, const RunParts& parts) {
  if (!parts.model) {
    return load_fp32_model(config.model, config.graph, CheckTime::later);
  }
  const Model& model = config.model.output == EnergyUnits{}
                           ? *parts.model
                           : parts.model->with_output(config.model.output);
  if (model.quantized()) {
    throw ModelError("model '" + model.name() + "'", "is quantized already",
                     "give the fp32 model that it was made from");
  }
  Fp32Model loaded{model.loaded()};
  if (!config.model.expected.empty()) {
    loaded.verified = require_expected(loaded, config.model.expected);
    loaded.files.push_back(config.model.expected);
  }
  if (parts.expected) {
    loaded.verified = verify(model, *parts.expected);
    require_agreement(*loaded.verified);
  }
  loaded.imported.reset();
  return loaded;
}

bool compares_with_fp32(const MetricConfig& metric) {
  return metric.tensor ? metric.tensor->reference == TensorReference::fp32_paired
                       : metric.loss.reference == LossReference::fp32_paired;
}

}  // namespace caloquant
