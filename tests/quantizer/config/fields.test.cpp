// The table of keys is complete: every member of RunConfig has a key, and what is read is written.

#include "quantizer/config/fields/sections.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "quantizer/config/run_config_json.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename T>
struct NamedMember {
  const char* name;
  const T& value;
};
template <typename T>
NamedMember(const char*, const T&) -> NamedMember<T>;

// A structured binding has all members of a struct: a new one does not compile before it is named
// here, and then fails EveryMemberHasAKey until a key leads to it.
auto members(const EnergyUnits& config) {
  const auto& [scale, power] = config;
  return std::tuple(NamedMember{"scale", scale}, NamedMember{"power", power});
}
auto members(const ModelConfig& config) {
  const auto& [architecture, weights, file, random_weights, expected, output, import_check] =
      config;
  return std::tuple(NamedMember{"architecture", architecture}, NamedMember{"weights", weights},
                    NamedMember{"file", file}, NamedMember{"random_weights", random_weights},
                    NamedMember{"expected", expected}, NamedMember{"output", output},
                    NamedMember{"import_check", import_check});
}
auto members(const GraphConfig& config) {
  const auto& [disabled_passes] = config;
  return std::tuple(NamedMember{"disabled_passes", disabled_passes});
}
auto members(const TensorDataConfig& config) {
  const auto& [inputs, targets, target_files] = config;
  return std::tuple(NamedMember{"inputs", inputs}, NamedMember{"targets", targets},
                    NamedMember{"target_files", target_files});
}
auto members(const DataConfig& config) {
  const auto& [files, tensors, layout, cell_threshold, minimum_sum, missing_energies,
               sampling_fraction, calibration_samples, evaluation_samples, follow_links] = config;
  return std::tuple(NamedMember{"files", files}, NamedMember{"tensors", tensors},
                    NamedMember{"layout", layout}, NamedMember{"cell_threshold", cell_threshold},
                    NamedMember{"minimum_sum", minimum_sum},
                    NamedMember{"missing_energies", missing_energies},
                    NamedMember{"sampling_fraction", sampling_fraction},
                    NamedMember{"calibration_samples", calibration_samples},
                    NamedMember{"evaluation_samples", evaluation_samples},
                    NamedMember{"follow_links", follow_links});
}
auto members(const InputConfig& config) {
  const auto& [encoding, seed] = config;
  return std::tuple(NamedMember{"encoding", encoding}, NamedMember{"seed", seed});
}
auto members(const RangeOptions& config) {
  const auto& [headroom, averaging_constant, percentile, aciq] = config;
  return std::tuple(NamedMember{"headroom", headroom},
                    NamedMember{"averaging_constant", averaging_constant},
                    NamedMember{"percentile", percentile}, NamedMember{"aciq", aciq});
}
auto members(const LayerOptions& options) {
  const auto& [precisions, algorithms, granularities, activations, weight_ranges] = options;
  return std::tuple(NamedMember{"precisions", precisions}, NamedMember{"algorithms", algorithms},
                    NamedMember{"granularities", granularities},
                    NamedMember{"activations", activations},
                    NamedMember{"weight_ranges", weight_ranges});
}
auto members(const LayerRule& rule) {
  const auto& [pattern, options] = rule;
  return std::tuple(NamedMember{"pattern", pattern}, NamedMember{"options", options});
}
auto members(const SpaceRules& rules) {
  const auto& [op_types, op_names, first_conv_or_matmul_quantization, excluded_precisions] = rules;
  return std::tuple(
      NamedMember{"op_types", op_types}, NamedMember{"op_names", op_names},
      NamedMember{"first_conv_or_matmul_quantization", first_conv_or_matmul_quantization},
      NamedMember{"excluded_precisions", excluded_precisions});
}
auto members(const QuantizationConfig& config) {
  const auto& [approach, activation_rule, ranges, rules, bias_correction,
               sequential_bias_correction, weight_reconstruction, equalization, response_fit,
               response_fit_events, dense_weights_int8] = config;
  return std::tuple(NamedMember{"approach", approach},
                    NamedMember{"activation_rule", activation_rule}, NamedMember{"ranges", ranges},
                    NamedMember{"rules", rules}, NamedMember{"bias_correction", bias_correction},
                    NamedMember{"sequential_bias_correction", sequential_bias_correction},
                    NamedMember{"weight_reconstruction", weight_reconstruction},
                    NamedMember{"equalization", equalization},
                    NamedMember{"response_fit", response_fit},
                    NamedMember{"response_fit_events", response_fit_events},
                    NamedMember{"dense_weights_int8", dense_weights_int8});
}
auto members(const ShowerLossOptions& loss) {
  const auto& [reference, profile, spread, batch_size, units, normalisation] = loss;
  return std::tuple(NamedMember{"reference", reference}, NamedMember{"profile", profile},
                    NamedMember{"spread", spread}, NamedMember{"batch_size", batch_size},
                    NamedMember{"units", units}, NamedMember{"normalisation", normalisation});
}
auto members(const TensorMetricOptions& options) {
  const auto& [metric, reference, class_axis] = options;
  return std::tuple(NamedMember{"metric", metric}, NamedMember{"reference", reference},
                    NamedMember{"class_axis", class_axis});
}
auto members(const MetricConfig& config) {
  const auto& [name, preset, loss, tensor, given] = config;
  return std::tuple(NamedMember{"name", name}, NamedMember{"preset", preset},
                    NamedMember{"loss", loss}, NamedMember{"tensor", tensor},
                    NamedMember{"given", given});
}
auto members(const AccuracyCriterion& config) {
  const auto& [higher_is_better, kind, tolerable_loss, criteria, physics, confidence, max_events] =
      config;
  return std::tuple(NamedMember{"higher_is_better", higher_is_better}, NamedMember{"kind", kind},
                    NamedMember{"tolerable_loss", tolerable_loss},
                    NamedMember{"criteria", criteria}, NamedMember{"physics", physics},
                    NamedMember{"confidence", confidence}, NamedMember{"max_events", max_events});
}
auto members(const PhysicsCriteria& limits) {
  const auto& [energy_response, profile_error, hits, resolution, layer_ratios, w1_energy, fpd,
               hit_threshold] = limits;
  return std::tuple(NamedMember{"energy_response", energy_response},
                    NamedMember{"profile_error", profile_error}, NamedMember{"hits", hits},
                    NamedMember{"resolution", resolution},
                    NamedMember{"layer_ratios", layer_ratios}, NamedMember{"w1_energy", w1_energy},
                    NamedMember{"fpd", fpd}, NamedMember{"hit_threshold", hit_threshold});
}
auto members(const TuningLimits& limits) {
  const auto& [timeout, max_trials] = limits;
  return std::tuple(NamedMember{"timeout", timeout}, NamedMember{"max_trials", max_trials});
}
auto members(const TuningCriterion& config) {
  const auto& [strategy, objective, seed, more_bases, early_stop, layer_costs, limits] = config;
  return std::tuple(NamedMember{"strategy", strategy}, NamedMember{"objective", objective},
                    NamedMember{"seed", seed}, NamedMember{"more_bases", more_bases},
                    NamedMember{"early_stop", early_stop}, NamedMember{"layer_costs", layer_costs},
                    NamedMember{"limits", limits});
}
auto members(const ExecutionConfig& config) {
  const auto& [batch] = config;
  return std::tuple(NamedMember{"batch", batch});
}
auto members(const ReportConfig& config) {
  const auto& [physics_events, html] = config;
  return std::tuple(NamedMember{"physics_events", physics_events}, NamedMember{"html", html});
}
auto members(const EmitConfig& config) {
  const auto& [h5, onnx, onnx_profile] = config;
  return std::tuple(NamedMember{"h5", h5}, NamedMember{"onnx", onnx},
                    NamedMember{"onnx_profile", onnx_profile});
}
auto members(const RunConfig& config) {
  const auto& [source, model, graph, data, input, quantization, metric, accuracy, tuning, execution,
               report, emit, deprecations] = config;
  return std::tuple(NamedMember{"source", source}, NamedMember{"model", model},
                    NamedMember{"graph", graph}, NamedMember{"data", data},
                    NamedMember{"input", input}, NamedMember{"quantization", quantization},
                    NamedMember{"metric", metric}, NamedMember{"accuracy", accuracy},
                    NamedMember{"tuning", tuning}, NamedMember{"execution", execution},
                    NamedMember{"report", report}, NamedMember{"emit", emit},
                    NamedMember{"deprecations", deprecations});
}

template <typename T>
concept Struct = requires(const T& value) {
  members(value);
};

/// Puts the members of `value` that are those of a new T into `same`, by their path.
template <typename T>
void find_same(const T& value, const T& fresh, const std::string& path,
               std::set<std::string>& same) {
  if (value == fresh) {
    same.insert(path);
  }
}
template <Struct T>
void find_same(const T& value, const T& fresh, const std::string& path,
               std::set<std::string>& same);
template <Struct T>
void find_same(const std::optional<T>& value, const std::optional<T>&, const std::string& path,
               std::set<std::string>& same) {
  find_same(value.value_or(T{}), T{}, path, same);
}
template <Struct T>
void find_same(const std::vector<T>& values, const std::vector<T>&, const std::string& path,
               std::set<std::string>& same) {
  find_same(values.empty() ? T{} : values.front(), T{}, path, same);
}
template <Struct T>
void find_same(const T& value, const T& fresh, const std::string& path,
               std::set<std::string>& same) {
  std::apply(
      [&](const auto&... changed) {
        std::apply(
            [&](const auto&... unchanged) {
              (find_same(changed.value, unchanged.value, path + "/" + changed.name, same), ...);
            },
            members(fresh));
      },
      members(value));
}

/// Configs that say every key, none with its default.
std::vector<Json> examples() {
  const Json showers = Json::parse(R"({
    "model": {"architecture": "a.json", "weights": "w.h5", "expected": "e.h5",
              "output": {"scale": 50, "power": 0.85}, "import_check": false},
    "graph": {"disabled_passes": ["fold_constants"]},
    "data": {"files": ["s.h5"], "layout": "fixed_angle", "cell_threshold": 1e-5, "minimum_sum": 1,
             "missing_energies": "from_sum", "sampling_fraction": [0.022, -0.001],
             "calibration_samples": 7, "evaluation_samples": 9, "follow_links": true},
    "input": {"encoding": "energy_times_noise", "seed": 3},
    "quantization": {
      "approach": "static", "activation_rule": "symmetric",
      "ranges": {"headroom": 2, "averaging_constant": 0.5, "percentile": 98, "aciq": "gauss"},
      "op_type_dict": {"conv": {"precision": ["int8"],
                                "activation": {"dtype": ["s8"], "algorithm": ["kl"]},
                                "weight": {"granularity": ["per_tensor"], "algorithm": ["mse"]}}},
      "op_name_dict": {"dense": {"precision": ["w8"],
                                 "activation": {"dtype": ["s8"], "algorithm": ["kl"]},
                                 "weight": {"granularity": ["per_tensor"], "algorithm": ["mse"]}}},
      "recipes": {"bias_correction": "on", "sequential_bias_correction": "off",
                  "equalization": "on", "weight_reconstruction": "off",
                  "response_fit": "on", "response_fit_events": 64,
                  "dense_weights_int8": false, "first_conv_or_matmul_quantization": false},
      "excluded_precisions": ["bf16"]},
    "metric": {"name": "shower_shape", "preset": "nc-eval", "reference": "dataset",
               "profile": "cell", "spread": "stddev", "averaging": "batch=32", "units": "file",
               "normalisation": "zero_output"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "limit", "tolerable_loss": 0.5,
                           "energy_response": 0.01, "profile_error": "off", "hits": 0.02,
                           "resolution": 0.1, "layer_ratios": 0.01, "w1_energy": 0.02,
                           "fpd": 0.003, "hit_threshold": 1e-3, "confidence": 0.9,
                           "max_events": 77},
    "tuning_criterion": {"strategy": "random", "objective": "smallest", "seed": 4,
                         "more_bases": false, "layer_costs": "c.json", "early_stop": true,
                         "timeout": 1.5, "max_trials": 6},
    "report": {"physics_events": 3, "html": false},
    "emit": {"formats": ["onnx"], "onnx_profile": "tensorrt"},
    "execution": {"batch": 3}
  })");
  Json tensors = showers;
  tensors.merge_patch(Json::parse(R"({
    "model": {"architecture": null, "weights": null, "file": "m.onnx"},
    "data": {"layout": null, "cell_threshold": null, "minimum_sum": null,
             "missing_energies": null, "sampling_fraction": null,
             "inputs": {"a": "images"}, "targets": {"b": "labels"}},
    "input": {"encoding": "tensor"},
    "quantization": {"recipes": {"response_fit": "off"}},
    "metric": null, "accuracy_criterion": {"higher_is_better": true, "energy_response": null,
                           "profile_error": null, "hits": null, "resolution": null,
                           "layer_ratios": null, "w1_energy": null, "fpd": null,
                           "hit_threshold": null, "max_events": null}
  })"));
  tensors["metric"] = {
      {"name", "classification_top1"}, {"reference", "dataset"}, {"class_axis", 2}};
  Json other = tensors;
  other.merge_patch(Json::parse(R"({
    "model": {"file": null, "architecture": "a.json", "random_weights": 5},
    "data": {"inputs": "images", "targets": "labels.npy"}
  })"));
  Json as_measured = tensors;
  as_measured.merge_patch(
      Json::parse(R"({"accuracy_criterion": {"criteria": "loss_only", "confidence": null}})"));
  return {showers, tensors, other, as_measured};
}

RunConfig read(const Json& json) {
  return run_config_from_json(json, "/runs", "run.json");
}

/// Pointers to the keys that the schema has, those of the rules behind `*`.
void list_keys(const Json& object, const Json& definitions, const std::string& pointer,
               std::set<std::string>& keys) {
  for (const auto& [key, rules] : object.at("properties").items()) {
    const std::string at = pointer + "/" + key;
    const bool rule =
        rules.value("/additionalProperties/$ref"_json_pointer, Json()) == "#/$defs/rule";
    if (rules.contains("properties") || rule) {
      list_keys(rule ? definitions.at("rule") : rules, definitions, rule ? at + "/*" : at, keys);
    } else {
      keys.insert(at);
    }
  }
}

/// The same of a document; a key of a dictionary of rules counts as `*`.
void list_leaves(const Json& json, const std::string& pointer, std::set<std::string>& keys) {
  const bool rules = pointer.ends_with("_dict");
  const bool names = pointer == "/data/inputs" || pointer == "/data/targets";
  if (!json.is_object() || names) {
    keys.insert(pointer);
    return;
  }
  for (const auto& [key, value] : json.items()) {
    list_leaves(value, pointer + "/" + (rules ? "*" : key), keys);
  }
}

TEST(Fields, EveryMemberHasAKey) {
  std::set<std::string> never_changed;
  find_same(RunConfig{}, RunConfig{}, "", never_changed);
  for (const Json& example : examples()) {
    std::set<std::string> same;
    find_same(read(example), RunConfig{}, "", same);
    std::erase_if(never_changed, [&](const std::string& member) { return !same.contains(member); });
  }
  EXPECT_THAT(never_changed,
              ElementsAre("/deprecations",            // what the reader says
                          "/metric/given",            // for metrics of programs
                          "/quantization/approach"))  // there is but one
      << "members that no key leads to, or that the examples do not set";
}

TEST(Fields, EveryKeyIsInTheExamples) {
  const Json schema = Json::parse(run_config_schema());
  std::set<std::string> keys;
  list_keys(schema, schema.at("$defs"), "", keys);
  for (const Json& example : examples()) {
    std::set<std::string> said;
    list_leaves(example, "", said);
    std::erase_if(keys, [&](const std::string& key) { return said.contains(key); });
  }
  EXPECT_THAT(keys, ElementsAre("/_format", "/_version")) << "the test above does not see them";
}

TEST(Fields, AreWrittenAsTheyAreRead) {
  for (const Json& example : examples()) {
    const RunConfig config = read(example);
    const Json written = to_json(config);
    EXPECT_EQ(read(written), config);
    std::set<std::string> missing;
    std::set<std::string> keys;
    list_leaves(example, "", missing);
    list_leaves(written, "", keys);
    std::erase_if(missing, [&](const std::string& key) { return keys.contains(key); });
    EXPECT_THAT(missing, IsEmpty());
  }
}

TEST(Fields, HaveTheDefaultsOfTheStructs) {
  const Json schema = Json::parse(run_config_schema());
  const auto at = [&](const char* pointer) { return schema.at(Json::json_pointer(pointer)); };
  const RunConfig fresh;
  EXPECT_EQ(at("/properties/data/properties/calibration_samples/default"),
            fresh.data.calibration_samples);
  EXPECT_EQ(at("/properties/execution/properties/batch/default"), fresh.execution.batch);
  EXPECT_EQ(at("/properties/quantization/properties/ranges/properties/percentile/default"),
            fresh.quantization.ranges.percentile);
  EXPECT_EQ(at("/properties/emit/properties/formats/default"), Json::array({"h5"}));
  EXPECT_FALSE(at("/properties/data/properties/evaluation_samples").contains("default"));
}

}  // namespace
}  // namespace caloquant
