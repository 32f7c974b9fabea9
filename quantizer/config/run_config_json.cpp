#include "quantizer/config/run_config_json.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include "quantizer/config/check_run_config.hpp"
#include "quantizer/config/enum_names.hpp"
#include "quantizer/config/json_schema.hpp"
#include "quantizer/config/overrides.hpp"

namespace caloquant {
namespace {

/// Turns a checked and completed document into the struct. Nothing can fail here but what the
/// schema does not say (metric names).
class Reader {
 public:
  Reader(const Json& document, const std::filesystem::path& folder, const std::string& source)
      : document_(document), folder_(folder), source_(source) {}

  [[nodiscard]] RunConfig read() const {
    RunConfig config;
    config.source = source_;
    config.model = model(document_.at("model"));
    config.graph.disabled_passes =
        document_.at("graph").at("disabled_passes").get<std::vector<std::string>>();
    config.data = data(document_.at("data"));
    const Json& recipe = document_.at("input").at("recipe");
    if (recipe == "tensor") {
      config.data.tensors = tensors(document_.at("data"));
    } else {
      config.input.recipe = enum_of<InputEncoding>(recipe);
    }
    config.input.seed = document_.at("input").at("seed").get<std::uint64_t>();
    config.quantization = quantization(document_.at("quantization"));
    config.metric = metric(document_.at("metric"));
    const Json& accuracy = document_.at("accuracy_criterion");
    config.accuracy.higher_is_better =
        accuracy.contains("higher_is_better")
            ? accuracy.at("higher_is_better").get<bool>()
            : config.metric.tensor && higher_is_better(config.metric.tensor->metric);
    config.accuracy.kind = enum_of<CriterionKind>(accuracy.at("criterion"));
    config.accuracy.tolerable_loss = accuracy.at("tolerable_loss").get<double>();
    if (accuracy.contains("energy_response")) {
      config.accuracy.energy_response = accuracy.at("energy_response").get<double>();
    }
    const Json& tuning = document_.at("tuning_criterion");
    config.tuning.strategy = tuning.at("strategy").get<std::string>();
    config.tuning.objective = enum_of<Objective>(tuning.at("objective"));
    config.tuning.seed = tuning.at("seed").get<std::uint64_t>();
    config.tuning.more_bases = tuning.at("more_bases").get<bool>();
    if (tuning.contains("layer_costs")) {
      config.tuning.layer_costs = resolved(tuning.at("layer_costs"));
    }
    config.tuning.early_stop = tuning.at("early_stop").get<bool>();
    config.tuning.limits.timeout = tuning.at("timeout").get<double>();
    config.tuning.limits.max_trials = tuning.at("max_trials").get<std::size_t>();
    config.report.physics_events = document_.at("report").at("physics_events").get<std::size_t>();
    config.report.html = document_.at("report").at("html").get<bool>();
    const Json& emit = document_.at("emit");
    const auto formats = emit.at("formats").get<std::vector<std::string>>();
    const auto wants = [&](const char* format) {
      return std::ranges::find(formats, format) != formats.end();
    };
    config.emit = {wants("h5"), wants("onnx"), enum_of<OnnxProfile>(emit.at("onnx_profile"))};
    config.execution.batch = document_.at("execution").at("batch").get<std::size_t>();
    return config;
  }

 private:
  [[nodiscard]] std::filesystem::path resolved(const Json& path) const {
    return (folder_ / path.get<std::string>()).lexically_normal();
  }

  [[nodiscard]] ModelConfig model(const Json& json) const {
    ModelConfig config;
    if (json.contains("architecture")) {
      config.architecture = resolved(json.at("architecture"));
    }
    if (json.contains("weights")) {
      config.weights = resolved(json.at("weights"));
    }
    if (json.contains("file")) {
      config.file = resolved(json.at("file"));
    }
    if (json.contains("random_weights")) {
      config.random_weights = json.at("random_weights").get<std::uint64_t>();
    }
    if (json.contains("expected")) {
      config.expected = resolved(json.at("expected"));
    }
    config.output.scale = json.at("output").at("scale").get<double>();
    config.output.power = json.at("output").at("power").get<double>();
    config.import_check = json.at("import_check").get<bool>();
    return config;
  }

  [[nodiscard]] DataConfig data(const Json& json) const {
    DataConfig config;
    const Json& files = json.at("files");
    for (const Json& file : files.is_array() ? files : Json::array({files})) {
      config.files.push_back(resolved(file).string());
    }
    if (json.contains("layout")) {
      config.layout = enum_of<DataLayout>(json.at("layout"));
    }
    if (json.contains("cell_threshold")) {
      config.cell_threshold = json.at("cell_threshold").get<double>();
    }
    if (json.contains("minimum_sum")) {
      config.minimum_sum = json.at("minimum_sum").get<double>();
    }
    config.calibration_samples = json.at("calibration_samples").get<std::size_t>();
    config.evaluation_samples = json.at("evaluation_samples").get<std::size_t>();
    config.follow_links = json.at("follow_links").get<bool>();
    return config;
  }

  /// One name is that of the only array.
  [[nodiscard]] static std::map<std::string, std::string> names(const Json& json, const char* key) {
    std::map<std::string, std::string> result;
    if (json.contains(key)) {
      const Json& value = json.at(key);
      if (value.is_string()) {
        result[""] = value.get<std::string>();
      } else {
        result = value.get<std::map<std::string, std::string>>();
      }
    }
    return result;
  }

  [[nodiscard]] TensorDataConfig tensors(const Json& json) const {
    TensorDataConfig config{names(json, "inputs"), names(json, "targets"), {}};
    const auto only = config.targets.find("");
    if (only != config.targets.end() && only->second.ends_with(".npy")) {
      config.target_files.push_back(resolved(only->second).string());
      config.targets.clear();
    }
    return config;
  }

  [[nodiscard]] static LayerOptions options(const Json& rule) {
    LayerOptions result;
    if (rule.contains("precision")) {
      result.precisions = enums_of<Precision>(rule.at("precision"));
    }
    if (rule.contains("activation")) {
      const Json& activation = rule.at("activation");
      if (activation.contains("dtype")) {
        result.activations = enums_of<ActivationType>(activation.at("dtype"));
      }
      if (activation.contains("algorithm")) {
        result.algorithms = enums_of<RangeAlgorithm>(activation.at("algorithm"));
      }
    }
    if (rule.contains("weight")) {
      const Json& weight = rule.at("weight");
      if (weight.contains("granularity")) {
        result.granularities = enums_of<Granularity>(weight.at("granularity"));
      }
      if (weight.contains("algorithm")) {
        result.weight_ranges = enums_of<WeightRange>(weight.at("algorithm"));
      }
    }
    return result;
  }

  [[nodiscard]] static std::vector<LayerRule> rules(const Json& dictionary) {
    std::vector<LayerRule> result;
    for (const auto& [pattern, rule] : dictionary.items()) {
      result.push_back({pattern, options(rule)});
    }
    return result;
  }

  [[nodiscard]] static QuantizationConfig quantization(const Json& json) {
    QuantizationConfig config;
    config.approach = json.at("approach").get<std::string>();
    config.activation_rule = enum_of<ActivationRule>(json.at("activation_rule"));
    const Json& ranges = json.at("ranges");
    config.ranges.headroom = ranges.at("headroom").get<double>();
    config.ranges.averaging_constant = ranges.at("averaging_constant").get<double>();
    config.ranges.percentile = ranges.at("percentile").get<double>();
    config.ranges.aciq = enum_of<AciqPrior>(ranges.at("aciq"));
    config.rules.op_types = rules(json.at("op_type_dict"));
    config.rules.op_names = rules(json.at("op_name_dict"));
    config.rules.first_conv_or_matmul_quantization =
        json.at("recipes").at("first_conv_or_matmul_quantization").get<bool>();
    config.bias_correction = enum_of<CorrectionMode>(json.at("recipes").at("bias_correction"));
    config.sequential_bias_correction =
        enum_of<CorrectionMode>(json.at("recipes").at("sequential_bias_correction"));
    config.equalization = enum_of<CorrectionMode>(json.at("recipes").at("equalization"));
    config.weight_reconstruction =
        enum_of<CorrectionMode>(json.at("recipes").at("weight_reconstruction"));
    config.dense_weights_int8 = json.at("recipes").at("dense_weights_int8").get<bool>();
    config.rules.excluded_precisions = enums_of<Precision>(json.at("excluded_precisions"));
    return config;
  }

  [[nodiscard]] MetricConfig metric(const Json& json) const {
    const std::string place = source_ + "#/metric/";
    MetricConfig config;
    config.name = json.at("name").get<std::string>();
    if (const auto metric = tensor_metric_from(config.name)) {
      config.tensor.emplace().metric = *metric;
      if (json.contains("reference") && json.at("reference") == "dataset") {
        config.tensor->reference = TensorReference::dataset;
      }
      if (json.contains("class_axis")) {
        config.tensor->class_axis = json.at("class_axis").get<int>();
      }
    }
    config.preset = json.at("preset").get<std::string>();
    config.loss = shower_loss_preset(config.preset, place + "preset");
    const auto override_with = [&](const char* key, auto parse, auto& value) {
      if (json.contains(key)) {
        value = parse(json.at(key).get<std::string>(), place + key);
      }
    };
    override_with("reference", loss_reference, config.loss.reference);
    override_with("profile", loss_profile, config.loss.profile);
    override_with("spread", loss_spread, config.loss.spread);
    override_with("averaging", loss_averaging, config.loss.batch_size);
    override_with("units", loss_units, config.loss.units);
    override_with("normalisation", loss_normalisation, config.loss.normalisation);
    return config;
  }

  const Json& document_;
  const std::filesystem::path& folder_;
  const std::string& source_;
};

Json read_document(const std::filesystem::path& file) {
  return parse_json<ConfigError>(read_text<ConfigError>(file), file.string(),
                                 JsonComments::allowed);
}

}  // namespace

RunConfig run_config_from_json(const Json& document, const std::filesystem::path& folder,
                               const std::string& source) {
  static const Json schema = parse_json<ConfigError>(run_config_schema(), "schema");
  const Json checked = checked_with_defaults(document, schema, source);
  check_keys(document, source);
  RunConfig config = Reader(checked, folder, source).read();
  check_run_config(config);
  return config;
}

std::string read_config_text(const std::filesystem::path& file) {
  return read_document(file).dump();
}

RunConfig load_run_config(const std::filesystem::path& file,
                          const std::vector<std::string>& overrides) {
  Json document = read_document(file);
  for (const std::string& argument : overrides) {
    apply_override(document, argument);
  }
  // Absolute, so that the resolved config means the same from every working directory.
  return run_config_from_json(document, std::filesystem::absolute(file).parent_path(),
                              file.string());
}

RunConfig parse_run_config(const std::string& text, const std::string& source) {
  return run_config_from_json(parse_json<ConfigError>(text, source),
                              std::filesystem::absolute(source).parent_path(), source);
}

}  // namespace caloquant
