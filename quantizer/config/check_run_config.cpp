#include "quantizer/config/check_run_config.hpp"

#include <caloquant/error.hpp>

namespace caloquant {
namespace {

void check_model(const ModelConfig& model, const std::string& place) {
  const bool architecture = !model.architecture.empty();
  const bool weights = !model.weights.empty();
  const bool random = model.random_weights.has_value();
  if (!model.file.empty()) {
    if (architecture || weights || random) {
      throw ConfigError(place, "has 'file' and other sources of the model",
                        "give 'file' alone, or 'architecture' with 'weights' or 'random_weights'");
    }
    return;
  }
  if (!architecture) {
    throw ConfigError(place, "has neither 'file' nor 'architecture'",
                      "give 'file', or 'architecture' with 'weights' or 'random_weights'");
  }
  if (weights == random) {
    throw ConfigError(place,
                      weights ? "has both 'weights' and 'random_weights'"
                              : "has an 'architecture' but no weights",
                      "give 'weights' or 'random_weights'");
  }
}

void check_accuracy(const RunConfig& config, const std::string& place) {
  const AccuracyCriterion& accuracy = config.accuracy;
  if (accuracy.higher_is_better && config.metric.name == "shower_shape") {
    throw ConfigError(place + "/higher_is_better", "is true, but shower_shape is a loss",
                      "set it to false: a lower loss is better");
  }
  if (accuracy.kind == CriterionKind::relative) {
    reject_relative_criterion(config.metric.loss, place + "/criterion");
    if (accuracy.tolerable_loss >= 1.0) {
      throw ConfigError(place + "/tolerable_loss", "is 1 or more with a relative criterion",
                        "it is a fraction of the baseline, for example 0.01 for 1 %");
    }
  }
}

}  // namespace

void check_run_config(const RunConfig& config) {
  check_model(config.model, config.source + "#/model");
  check_accuracy(config, config.source + "#/accuracy_criterion");
}

}  // namespace caloquant
