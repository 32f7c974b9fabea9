#include "quantizer/config/check_run_config.hpp"

#include <caloquant/error.hpp>
#include <initializer_list>

#include "calibration/data/sampling_fraction.hpp"
#include "graph/json/json.hpp"

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

/// Direction of the metric, and what only the shower loss has.
void check_metric(const RunConfig& config, const std::string& place) {
  const bool higher = config.metric.tensor && higher_is_better(config.metric.tensor->metric);
  if (config.accuracy.higher_is_better != higher) {
    throw ConfigError(place + "/higher_is_better",
                      std::string("is ") + (higher ? "false" : "true") + ", but of '" +
                          config.metric.name + "' " + (higher ? "more" : "less") + " is better",
                      "leave it out, or set it to " + std::string(higher ? "true" : "false"));
  }
  if (config.metric.tensor && config.metric.tensor->reference == TensorReference::dataset &&
      !config.data.tensors) {
    throw ConfigError(config.source + "#/metric/reference",
                      "is dataset, but latents have no target image",
                      "use fp32_paired, or the input encoding tensor");
  }
  if (!config.metric.tensor && config.data.tensors) {
    throw ConfigError(config.source + "#/metric/name",
                      "is shower_shape, but the input encoding tensor knows nothing of showers",
                      "use mse, sqnr, cosine, max_abs or classification_top1");
  }
}

void check_accuracy(const RunConfig& config, const std::string& place) {
  const AccuracyCriterion& accuracy = config.accuracy;
  if (accuracy.kind == CriterionKind::relative) {
    if (!config.metric.tensor) {
      reject_relative_criterion(config.metric.loss, place + "/criterion");
    }
    if (accuracy.tolerable_loss >= 1.0) {
      throw ConfigError(place + "/tolerable_loss", "is 1 or more with a relative criterion",
                        "it is a fraction of the baseline, for example 0.01 for 1 %");
    }
  }
}

void check_sampling_fraction(const DataConfig& data, const std::string& place) {
  if (data.sampling_fraction.empty()) {
    return;
  }
  if (data.missing_energies != MissingEnergies::from_sum) {
    throw ConfigError(place, "says nothing without missing_energies from_sum",
                      "leave it out, or set missing_energies to from_sum");
  }
  const std::string problem = SamplingFraction::problem_of(data.sampling_fraction);
  if (!problem.empty()) {
    throw ConfigError(place, problem,
                      "it lies in (0, 1], and sums of cells grow with the energy up to 500 GeV");
  }
}

void check_corrections(const RunConfig& config, const std::string& place) {
  if (config.quantization.response_fit == CorrectionMode::on && config.data.tensors) {
    throw ConfigError(place + "/response_fit",
                      "is on, but the input encoding tensor knows nothing of showers",
                      "use auto or off");
  }
}

void reject_keys(const Json& object, std::span<const char* const> keys, const std::string& place,
                 const std::string& why) {
  for (const char* key : keys) {
    if (object.contains(key)) {
      throw ConfigError(place + "/" + key, "says nothing " + why, "leave it out");
    }
  }
}

void reject_keys(const Json& object, std::initializer_list<const char*> keys,
                 const std::string& place, const std::string& why) {
  reject_keys(object, std::span(keys.begin(), keys.size()), place, why);
}

/// What asks for more than the loss.
void check_criteria_keys(const Json& document, const std::string& source) {
  const Json& accuracy = document.at("accuracy_criterion");
  const std::string place = source + "#/accuracy_criterion";
  if (document.at("input").at("encoding") == "tensor") {
    reject_keys(accuracy, physics_keys(), place, "with the input encoding tensor");
  }
  if (accuracy.value("criteria", "physics") == "loss_only") {
    reject_keys(accuracy, physics_keys(), place, "with the criteria loss_only");
    reject_keys(accuracy, {"confidence"}, place,
                "with the criteria loss_only: the measured loss decides");
  }
}

}  // namespace

std::span<const char* const> physics_keys() {
  static constexpr const char* keys[] = {
      "energy_response", "profile_error", "hits",          "resolution", "layer_ratios",
      "w1_energy",       "fpd",           "hit_threshold", "max_events"};
  return keys;
}

void check_keys(const Json& document, const std::string& source) {
  const Json& data = document.at("data");
  if (document.at("input").at("encoding") == "tensor") {
    reject_keys(
        data, {"layout", "cell_threshold", "minimum_sum", "missing_energies", "sampling_fraction"},
        source + "#/data", "with the input encoding tensor");
  } else {
    reject_keys(data, {"inputs", "targets"}, source + "#/data",
                "without the input encoding tensor");
    if (!data.contains("layout")) {
      throw ConfigError(source + "#/data", "lacks the required key 'layout'",
                        "say which layout of showers the files have");
    }
  }
  check_criteria_keys(document, source);
  const Json& metric = document.at("metric");
  if (metric.at("name") == "shower_shape") {
    reject_keys(metric, {"class_axis"}, source + "#/metric", "with the metric shower_shape");
    return;
  }
  reject_keys(metric, {"preset", "profile", "spread", "averaging", "units", "normalisation"},
              source + "#/metric", "without the metric shower_shape");
  if (metric.at("name") != "classification_top1") {
    reject_keys(metric, {"class_axis"}, source + "#/metric",
                "without the metric classification_top1");
  }
  if (metric.contains("reference") && metric.at("reference") == "fp32") {
    throw ConfigError(source + "#/metric/reference",
                      "is fp32 with other events, whose outputs cannot be compared one by one",
                      "use fp32_paired or dataset");
  }
}

void check_run_config(const RunConfig& config) {
  check_model(config.model, config.source + "#/model");
  check_metric(config, config.source + "#/accuracy_criterion");
  check_accuracy(config, config.source + "#/accuracy_criterion");
  check_sampling_fraction(config.data, config.source + "#/data/sampling_fraction");
  check_corrections(config, config.source + "#/quantization/recipes");
}

}  // namespace caloquant
