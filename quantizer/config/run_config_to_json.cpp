#include <utility>

#include "quantizer/config/enum_names.hpp"
#include "quantizer/config/run_config_json.hpp"

namespace caloquant {
namespace {

Json to_json(const ModelConfig& model) {
  Json json = Json::object();
  if (!model.architecture.empty()) {
    json["architecture"] = model.architecture.string();
  }
  if (!model.weights.empty()) {
    json["weights"] = model.weights.string();
  }
  if (!model.file.empty()) {
    json["file"] = model.file.string();
  }
  if (model.random_weights) {
    json["random_weights"] = *model.random_weights;
  }
  if (!model.expected.empty()) {
    json["expected"] = model.expected.string();
  }
  json["output"]["scale"] = model.output.scale;
  json["output"]["power"] = model.output.power;
  json["import_check"] = model.import_check;
  return json;
}

void put_names(Json& json, const char* key, const std::map<std::string, std::string>& names) {
  const auto only = names.find("");
  if (only != names.end()) {
    json[key] = only->second;
  } else if (!names.empty()) {
    json[key] = names;
  }
}

Json to_json(const DataConfig& data) {
  Json json;
  json["files"] = data.files;
  if (data.tensors) {
    put_names(json, "inputs", data.tensors->inputs);
    put_names(json, "targets", data.tensors->targets);
    if (!data.tensors->target_files.empty()) {
      json["targets"] = data.tensors->target_files.front();
    }
  } else {
    json["layout"] = name_of(data.layout);
  }
  if (data.cell_threshold) {
    json["cell_threshold"] = *data.cell_threshold;
  }
  if (data.minimum_sum) {
    json["minimum_sum"] = *data.minimum_sum;
  }
  json["calibration_samples"] = data.calibration_samples;
  json["evaluation_samples"] = data.evaluation_samples;
  json["follow_links"] = data.follow_links;
  return json;
}

Json to_json(const std::vector<LayerRule>& rules) {
  Json json = Json::object();
  for (const LayerRule& rule : rules) {
    Json entry = Json::object();
    if (!rule.options.precisions.empty()) {
      entry["precision"] = names_of(rule.options.precisions);
    }
    if (!rule.options.activations.empty()) {
      entry["activation"]["dtype"] = names_of(rule.options.activations);
    }
    if (!rule.options.algorithms.empty()) {
      entry["activation"]["algorithm"] = names_of(rule.options.algorithms);
    }
    if (!rule.options.granularities.empty()) {
      entry["weight"]["granularity"] = names_of(rule.options.granularities);
    }
    if (!rule.options.weight_ranges.empty()) {
      entry["weight"]["algorithm"] = names_of(rule.options.weight_ranges);
    }
    json[rule.pattern] = std::move(entry);
  }
  return json;
}

Json to_json(const QuantizationConfig& quantization) {
  Json json;
  json["approach"] = quantization.approach;
  json["activation_rule"] = name_of(quantization.activation_rule);
  json["ranges"]["headroom"] = quantization.ranges.headroom;
  json["ranges"]["averaging_constant"] = quantization.ranges.averaging_constant;
  json["ranges"]["percentile"] = quantization.ranges.percentile;
  json["ranges"]["aciq"] = name_of(quantization.ranges.aciq);
  json["op_type_dict"] = to_json(quantization.rules.op_types);
  json["op_name_dict"] = to_json(quantization.rules.op_names);
  json["recipes"]["bias_correction"] = name_of(quantization.bias_correction);
  json["recipes"]["sequential_bias_correction"] = name_of(quantization.sequential_bias_correction);
  json["recipes"]["equalization"] = name_of(quantization.equalization);
  json["recipes"]["weight_reconstruction"] = name_of(quantization.weight_reconstruction);
  json["recipes"]["dense_weights_int8"] = quantization.dense_weights_int8;
  json["recipes"]["first_conv_or_matmul_quantization"] =
      quantization.rules.first_conv_or_matmul_quantization;
  json["excluded_precisions"] = names_of(quantization.rules.excluded_precisions);
  return json;
}

Json to_json(const MetricConfig& metric) {
  Json json;
  json["name"] = metric.name;
  if (metric.tensor) {
    json["reference"] = name_of(metric.tensor->reference);
    if (metric.tensor->class_axis) {
      json["class_axis"] = *metric.tensor->class_axis;
    }
    return json;
  }
  json["preset"] = metric.preset;
  json["reference"] = name_of(metric.loss.reference);
  json["profile"] = name_of(metric.loss.profile);
  json["spread"] = name_of(metric.loss.spread);
  json["averaging"] = averaging_name(metric.loss.batch_size);
  json["units"] = name_of(metric.loss.units);
  json["normalisation"] = name_of(metric.loss.normalisation);
  return json;
}

}  // namespace

Json to_json(const RunConfig& config) {
  Json json;
  json["_format"] = "caloquant.run_config";
  json["_version"] = 1;
  json["model"] = to_json(config.model);
  json["graph"]["disabled_passes"] = config.graph.disabled_passes;
  json["data"] = to_json(config.data);
  json["input"]["recipe"] = config.data.tensors ? "tensor" : name_of(config.input.recipe);
  json["input"]["seed"] = config.input.seed;
  json["quantization"] = to_json(config.quantization);
  json["metric"] = to_json(config.metric);
  Json& accuracy = json["accuracy_criterion"];
  accuracy["higher_is_better"] = config.accuracy.higher_is_better;
  accuracy["criterion"] = name_of(config.accuracy.kind);
  accuracy["tolerable_loss"] = config.accuracy.tolerable_loss;
  if (config.accuracy.energy_response) {
    accuracy["energy_response"] = *config.accuracy.energy_response;
  }
  Json& tuning = json["tuning_criterion"];
  tuning["strategy"] = config.tuning.strategy;
  tuning["objective"] = name_of(config.tuning.objective);
  tuning["seed"] = config.tuning.seed;
  tuning["more_bases"] = config.tuning.more_bases;
  if (!config.tuning.layer_costs.empty()) {
    tuning["layer_costs"] = config.tuning.layer_costs.string();
  }
  tuning["early_stop"] = config.tuning.early_stop;
  tuning["timeout"] = config.tuning.limits.timeout;
  tuning["max_trials"] = config.tuning.limits.max_trials;
  json["report"]["physics_events"] = config.report.physics_events;
  json["report"]["html"] = config.report.html;
  json["emit"] = {{"formats", Json::array()}, {"onnx_profile", name_of(config.emit.onnx_profile)}};
  for (const auto& [wanted, format] :
       {std::pair{config.emit.h5, "h5"}, {config.emit.onnx, "onnx"}}) {
    if (wanted) {
      json["emit"]["formats"].push_back(format);
    }
  }
  json["execution"]["batch"] = config.execution.batch;
  return json;
}

std::string to_json_text(const RunConfig& config) {
  constexpr int indent = 2;
  return to_json(config).dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace caloquant
