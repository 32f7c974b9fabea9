#include "quantizer/config/run_config_json.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <fstream>

#include "calibration/data/data_options.hpp"
#include "calibration/data/latents.hpp"
#include "tests/quantizer/config/examples.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using testing::minimal_config;
using testing::TempDir;

const std::filesystem::path configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";

RunConfig read(const Json& json) {
  return run_config_from_json(json, "/runs", "run.json");
}

std::string error_with(const std::string& patch) {
  Json config = minimal_config();
  config.merge_patch(Json::parse(patch));
  return message_of([&] { static_cast<void>(read(config)); });
}

TEST(RunConfig, HasTheDefaultsOfItsStruct) {
  const RunConfig config = read(minimal_config());
  RunConfig expected;
  expected.source = "run.json";
  expected.model.architecture = "/runs/a.json";
  expected.model.weights = "/runs/w.hdf5";
  expected.data.files = {"/runs/s_*.h5"};
  expected.data.layout = DataLayout::fixed_angle;
  expected.data.evaluation_samples = 150;
  expected.data.follow_links = false;
  expected.input.encoding = InputEncoding::energy_times_noise;
  expected.metric.loss = shower_loss_preset("tune", "");
  expected.accuracy.tolerable_loss = 1e-4;
  EXPECT_EQ(config, expected);
}

TEST(RunConfig, ReadsTheExampleOfTheEnergyGan) {
  const RunConfig config = load_run_config(configs / "energygan_quantize.json");
  EXPECT_EQ(config.model.architecture, configs / "energygan.json");
  EXPECT_EQ(config.model.weights, configs / "energygan_013.hdf5");
  EXPECT_EQ(config.model.output, (EnergyUnits{1.0, 1.0}));
  EXPECT_THAT(config.data.files, ElementsAre((configs / "showers25_*.h5").string()));
  EXPECT_EQ(config.data.layout, DataLayout::fixed_angle);
  EXPECT_EQ(config.data.calibration_samples, 350U);
  EXPECT_EQ(config.data.evaluation_samples, 150U);
  EXPECT_EQ(config.input.encoding, InputEncoding::energy_times_noise);
  EXPECT_EQ(config.input.seed, 1978U);
  EXPECT_EQ(config.quantization.activation_rule, ActivationRule::measured);
  EXPECT_EQ(config.metric.loss, shower_loss_preset("tune", ""));
  EXPECT_EQ(config.accuracy, (AccuracyCriterion{false, CriterionKind::absolute, 1e-4}));
  EXPECT_EQ(config.tuning, TuningCriterion{});
}

TEST(RunConfig, ReadsTheExampleOfTheAngleGan) {
  const RunConfig config = load_run_config(configs / "anglegan_demo_quantize.json");
  EXPECT_EQ(config.model.output, (EnergyUnits{50.0, 0.85}));
  EXPECT_EQ(config.data.layout, DataLayout::variable_angle);
  EXPECT_EQ(config.input.encoding, InputEncoding::energy_angle_noise);
  EXPECT_FALSE(config.quantization.rules.first_conv_or_matmul_quantization);
  EXPECT_EQ(config.accuracy.tolerable_loss, 2e-3);
}

TEST(RunConfig, ReadsTheExamplesWithEveryLayerBelowFp32) {
  for (const char* example : {"anglegan_demo_auto.json", "energygan_auto.json"}) {
    const RunConfig config = load_run_config(configs / example);
    EXPECT_EQ(config.tuning.strategy, "auto");
    EXPECT_EQ(config.quantization.rules.excluded_precisions, std::vector{Precision::fp32});
    EXPECT_EQ(config.accuracy.criteria, Criteria::physics);
    EXPECT_EQ(config.accuracy.physics, PhysicsCriteria{});
    EXPECT_EQ(config.quantization.equalization, CorrectionMode::automatic);
    EXPECT_EQ(config.report.physics_events, 500U);
    EXPECT_TRUE(config.report.html);
  }
}

TEST(RunConfig, ReadsRulesInTheirOrder) {
  Json json = minimal_config();
  json["quantization"] = Json::parse(R"({
    "activation_rule": "inc_u8_scaled",
    "op_type_dict": {"conv": {"activation": {"dtype": "s8", "algorithm": ["kl", "minmax"]},
                              "weight": {"granularity": ["per_tensor"], "algorithm": "mse"}}},
    "op_name_dict": {"z*": {"precision": "fp32"}, "a": {"precision": ["int8", "fp32"]}},
    "excluded_precisions": []
  })");
  const QuantizationConfig config = read(json).quantization;
  EXPECT_EQ(config.activation_rule, ActivationRule::inc_u8_scaled);
  ASSERT_EQ(config.rules.op_types.size(), 1U);
  const LayerOptions& options = config.rules.op_types[0].options;
  EXPECT_THAT(options.activations, ElementsAre(ActivationType::s8));
  EXPECT_THAT(options.algorithms, ElementsAre(RangeAlgorithm::kl, RangeAlgorithm::minmax));
  EXPECT_THAT(options.granularities, ElementsAre(Granularity::per_tensor));
  EXPECT_THAT(options.weight_ranges, ElementsAre(WeightRange::mse));
  EXPECT_TRUE(options.precisions.empty());
  ASSERT_EQ(config.rules.op_names.size(), 2U);
  EXPECT_EQ(config.rules.op_names[0].pattern, "z*");
  EXPECT_THAT(config.rules.op_names[0].options.precisions, ElementsAre(Precision::fp32));
  EXPECT_EQ(config.rules.op_names[1].pattern, "a");
}

/// Every name that the schema lets through is one that the library has, and back.
TEST(RunConfig, TakesEveryAlgorithmForALayer) {
  Json json = minimal_config();
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    json["quantization"]["op_name_dict"]["conv3d_1"]["activation"]["algorithm"] =
        std::string(name_of(algorithm));
    EXPECT_THAT(read(json).quantization.rules.op_names.at(0).options.algorithms,
                ElementsAre(algorithm));
  }
}

TEST(RunConfig, OverridesAPreset) {
  Json json = minimal_config();
  json["metric"] = Json::parse(R"({"name": "shower_shape", "preset": "talk-2023",
    "reference": "fp32", "profile": "cell", "spread": "stddev", "averaging": "batch=32",
    "units": "network", "normalisation": "zero_output"})");
  const ShowerLossOptions loss = read(json).metric.loss;
  EXPECT_EQ(loss, (ShowerLossOptions{.reference = LossReference::fp32,
                                     .profile = LossProfile::cell,
                                     .spread = LossSpread::stddev,
                                     .batch_size = 32,
                                     .units = LossUnits::network,
                                     .normalisation = LossNormalisation::zero_output}));
}

TEST(RunConfig, KeepsAbsolutePathsAndNormalizesOthers) {
  Json json = minimal_config();
  json["model"]["weights"] = "/elsewhere/w.hdf5";
  json["data"]["files"] = Json::parse(R"(["../data/*.h5", "/d/a.h5"])");
  const RunConfig config = read(json);
  EXPECT_EQ(config.model.weights, "/elsewhere/w.hdf5");
  EXPECT_THAT(config.data.files, ElementsAre("/data/*.h5", "/d/a.h5"));
}

TEST(RunConfig, WritesWhatItReads) {
  Json json = minimal_config();
  json.merge_patch(Json::parse(R"({
    "model": {"weights": null, "random_weights": 18446744073709551615,
              "output": {"scale": 50, "power": 0.85}},
    "graph": {"disabled_passes": ["fold_constants", "collapse_upsample"]},
    "data": {"cell_threshold": 1e-5, "minimum_sum": 0, "follow_links": true},
    "input": {"seed": 9007199254740993},
    "quantization": {"op_type_dict": {"conv": {"activation": {"dtype": ["u8", "s8"]}}},
                     "op_name_dict": {"re:a/b": {"precision": "int8",
                                                 "activation": {"algorithm": "kl"},
                                                 "weight": {"granularity": "per_tensor",
                                                            "algorithm": ["mse", "minmax"]}}},
                     "ranges": {"headroom": 2, "averaging_constant": 0.25, "percentile": 99.5,
                                "aciq": "laplace"},
                     "recipes": {"first_conv_or_matmul_quantization": false, "equalization": "on"},
                     "excluded_precisions": ["fp32"]},
    "metric": {"preset": "nc-eval"},
    "tuning_criterion": {"timeout": 0.5, "max_trials": 7},
    "execution": {"batch": 3}
  })"));
  const RunConfig config = read(json);
  EXPECT_THAT(config.graph.disabled_passes, ElementsAre("fold_constants", "collapse_upsample"));
  const Json written = to_json(config);
  EXPECT_EQ(config.quantization.ranges, (RangeOptions{2.0, 0.25, 99.5, AciqPrior::laplace}));
  EXPECT_EQ(config.quantization.equalization, CorrectionMode::on);
  EXPECT_EQ(read(written), config);
  EXPECT_EQ(to_json(read(written)), written);
  EXPECT_EQ(written.at("model").at("random_weights").get<std::uint64_t>(), 18446744073709551615U);
  EXPECT_EQ(written.at("input").at("seed").get<std::uint64_t>(), 9007199254740993U);
  EXPECT_EQ(written.at("metric").at("averaging"), "batch=256");
}

TEST(RunConfig, WritesEveryDefaultOfTheSchema) {
  // What the reader fills in and what the writer puts out are the same keys.
  const Json written = to_json(read(minimal_config()));
  for (const char* pointer : {"/_format",
                              "/_version",
                              "/model/output/scale",
                              "/graph/disabled_passes",
                              "/data/calibration_samples",
                              "/input/seed",
                              "/quantization/approach",
                              "/quantization/activation_rule",
                              "/quantization/ranges/headroom",
                              "/quantization/ranges/averaging_constant",
                              "/quantization/ranges/percentile",
                              "/quantization/ranges/aciq",
                              "/quantization/op_type_dict",
                              "/quantization/recipes/first_conv_or_matmul_quantization",
                              "/quantization/recipes/equalization",
                              "/quantization/excluded_precisions",
                              "/metric/preset",
                              "/accuracy_criterion/higher_is_better",
                              "/tuning_criterion/strategy",
                              "/tuning_criterion/timeout",
                              "/tuning_criterion/max_trials",
                              "/execution/batch"}) {
    EXPECT_TRUE(written.contains(Json::json_pointer(pointer))) << pointer;
  }
}

TEST(RunConfig, TextOfAFileSurvivesARoundTrip) {
  const TempDir folder;
  const RunConfig config = load_run_config(configs / "anglegan_demo_quantize.json");
  std::ofstream(folder / "again.json") << to_json_text(config);
  RunConfig again = load_run_config(folder / "again.json");
  again.source = config.source;
  EXPECT_EQ(again, config);
}

TEST(RunConfig, AppliesOverridesBeforeTheCheck) {
  const RunConfig config =
      load_run_config(configs / "energygan_quantize.json",
                      {"/tuning_criterion/max_trials=5",
                       "/quantization/activation_rule=inc_u8_scaled", R"(/data/files=["a.h5"])"});
  EXPECT_EQ(config.tuning.limits.max_trials, 5U);
  EXPECT_EQ(config.quantization.activation_rule, ActivationRule::inc_u8_scaled);
  EXPECT_THAT(config.data.files, ElementsAre((configs / "a.h5").string()));
  EXPECT_THAT(message_of([] {
                static_cast<void>(load_run_config(configs / "energygan_quantize.json",
                                                  {"/tuning_criterion/max_trial=5"}));
              }),
              AllOf(HasSubstr("energygan_quantize.json#/tuning_criterion/max_trial"),
                    HasSubstr("'max_trials'")));
}

TEST(RunConfig, NamesTheFileThatCannotBeRead) {
  const TempDir folder;
  EXPECT_THAT(message_of([&] { static_cast<void>(load_run_config(folder / "no.json")); }),
              HasSubstr("no.json"));
  std::ofstream(folder / "broken.json") << "{\"model\": ";
  EXPECT_THAT(message_of([&] { static_cast<void>(load_run_config(folder / "broken.json")); }),
              HasSubstr("broken.json"));
  std::ofstream(folder / "twice.json") << R"({"model": {}, "model": {}})";
  EXPECT_THROW(static_cast<void>(load_run_config(folder / "twice.json")), ConfigError);
}

TEST(RunConfig, RejectsEachBadValueAtItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"data": {"evaluation_samples": 0}})", "/data/evaluation_samples"},
      {R"({"data": {"evaluation_samples": null}})", "'evaluation_samples'"},
      {R"({"data": {"follow_links": 1}})", "/data/follow_links"},
      {R"({"data": {"calibration_samples": 1.5}})", "/data/calibration_samples"},
      {R"({"data": {"layout": "calo"}})", "/data/layout"},
      {R"({"data": {"files": []}})", "/data/files"},
      {R"({"data": {"cell_threshold": -1}})", "/data/cell_threshold"},
      {R"({"input": {"encoding": "noise"}})", "/input/encoding"},
      {R"({"input": {"seed": -1}})", "/input/seed"},
      {R"({"model": {"output": {"scale": 0}}})", "/model/output/scale"},
      {R"({"model": {"output": {"power": -0.85}}})", "/model/output/power"},
      {R"({"graph": {"disabled_passes": ["collapse"]}})", "/graph/disabled_passes/0"},
      {R"({"graph": {"disabled_passes": ["lower_batch_norm"]}})", "/graph/disabled_passes/0"},
      {R"({"graph": {"disabled_passes": "collapse_upsample"}})", "/graph/disabled_passes"},
      {R"({"graph": {"passes": []}})", "/graph/passes"},
      {R"({"metric": {"name": "psnr"}})", "/metric/name"},
      {R"({"metric": {"class_axis": 1}})", "/metric/class_axis"},
      {R"({"metric": {"name": "mse", "class_axis": 1}})", "/metric/class_axis"},
      {R"({"metric": {"name": "mse", "profile": "sum"}})", "/metric/profile"},
      {R"({"metric": {"name": "mse", "reference": "fp32"}})", "/metric/reference"},
      {R"({"metric": {"name": "mse", "reference": "dataset"}})", "/metric/reference"},
      {R"({"metric": {"name": "sqnr"}, "accuracy_criterion": {"higher_is_better": false}})",
       "/accuracy_criterion/higher_is_better"},
      {R"({"input": {"encoding": "tensor"}})", "/data/layout"},
      {R"({"input": {"encoding": "tensor"}, "data": {"layout": null}})", "/metric/name"},
      {R"({"data": {"layout": null}})", "'layout'"},
      {R"({"data": {"inputs": "x"}})", "/data/inputs"},
      {R"({"metric": {"preset": "talk"}})", "/metric/preset"},
      {R"({"metric": {"units": "mev"}})", "/metric/units"},
      {R"({"accuracy_criterion": {"tolerable_loss": -0.1}})", "/accuracy_criterion/tolerable_loss"},
      {R"({"accuracy_criterion": null})", "'accuracy_criterion'"},
      {R"({"tuning_criterion": {"strategy": "bayesian"}})", "/tuning_criterion/strategy"},
      {R"({"tuning_criterion": {"timeout": -1}})", "/tuning_criterion/timeout"},
      {R"({"tuning_criterion": {"max_trials": 0}})", "/tuning_criterion/max_trials"},
      {R"({"quantization": {"approach": "dynamic"}})", "/quantization/approach"},
      {R"({"quantization": {"op_type_dict": {"conv": {"weight": {"algorithm": "kl"}}}}})",
       "/quantization/op_type_dict/conv/weight/algorithm"},
      {R"({"quantization": {"op_type_dict": {"conv": {"weight": {"algorithm": []}}}}})",
       "/quantization/op_type_dict/conv/weight/algorithm"},
      {R"({"quantization": {"op_name_dict": {"a": {"activation": {"algorithm": "entropy"}}}}})",
       "/quantization/op_name_dict/a/activation/algorithm"},
      {R"({"quantization": {"op_name_dict": {"a": {"activation": {"algorithm": ["mse", 1]}}}}})",
       "/quantization/op_name_dict/a/activation/algorithm/1"},
      {R"({"quantization": {"ranges": {"headroom": 0.9}}})", "/quantization/ranges/headroom"},
      {R"({"quantization": {"ranges": {"headroom": "1.5"}}})", "/quantization/ranges/headroom"},
      {R"({"quantization": {"ranges": {"headroom": 1e300}}})", "/quantization/ranges/headroom"},
      {R"({"quantization": {"ranges": {"averaging_constant": 0}}})",
       "/quantization/ranges/averaging_constant"},
      {R"({"quantization": {"ranges": {"averaging_constant": 1.01}}})",
       "/quantization/ranges/averaging_constant"},
      {R"({"quantization": {"ranges": {"percentile": 0}}})", "/quantization/ranges/percentile"},
      {R"({"quantization": {"ranges": {"percentile": 100.5}}})", "/quantization/ranges/percentile"},
      {R"({"quantization": {"ranges": {"percentile": [99, 99.9]}}})",
       "/quantization/ranges/percentile"},
      {R"({"quantization": {"ranges": {"aciq": "cauchy"}}})", "/quantization/ranges/aciq"},
      {R"({"quantization": {"ranges": {"percentil": 99}}})", "'percentile'"},
      {R"({"quantization": {"ranges": []}})", "/quantization/ranges"},
      {R"({"quantization": {"excluded_precisions": ["fp8"]}})",
       "/quantization/excluded_precisions/0"},
      {R"({"execution": {"batch": 0}})", "/execution/batch"},
      {R"({"_version": 2})", "/_version"},
      {R"({"_format": "other"})", "/_format"},
      {R"({"modle": {}})", "/modle"},
  };
  for (const auto& [patch, place] : cases) {
    EXPECT_THAT(error_with(patch), AllOf(HasSubstr("run.json#"), HasSubstr(place))) << patch;
  }
}

// The same run from two folders, with other ways to run it.
TEST(ModelFacts, KnowNamesWithoutFolders) {
  Json json = minimal_config();
  json["model"] = {{"file", "models/saved/"}, {"expected", "golden.h5"}};
  json["tuning_criterion"]["layer_costs"] = "before/layer_costs.json";
  const RunConfig here = run_config_from_json(json, "/runs", "run.json");
  json["execution"]["batch"] = 32;
  json["report"]["html"] = false;
  const RunConfig there = run_config_from_json(json, "/other/folder", "there.json");
  const Json facts = model_facts_json(here);
  EXPECT_EQ(facts, model_facts_json(there));
  EXPECT_EQ(facts.at("model").at("file"), "saved");
  EXPECT_EQ(facts.at("model").at("expected"), "golden.h5");
  EXPECT_EQ(facts.at("data").at("files"), Json::array({"s_*.h5"}));
  EXPECT_EQ(facts.at("tuning_criterion").at("layer_costs"), "layer_costs.json");
  EXPECT_FALSE(facts.contains("execution"));
  EXPECT_FALSE(facts.contains("report"));
  EXPECT_EQ(facts.dump().find('/'), std::string::npos);
}

TEST(ModelFacts, KnowTheNamesOfTargets) {
  const RunConfig config = parse_run_config(R"({
    "model": {"file": "m.onnx"},
    "data": {"files": "x.npy", "targets": "labels/y.npy", "evaluation_samples": 8},
    "input": {"encoding": "tensor"},
    "metric": {"name": "classification_top1", "reference": "dataset"},
    "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 0.1}})",
                                            "/runs/run.json");
  EXPECT_EQ(config.data.tensors->target_files.front(), "/runs/labels/y.npy");
  EXPECT_EQ(model_facts_json(config).at("data").at("targets"), "y.npy");
}

TEST(RunConfig, DescribesItsMetric) {
  RunConfig config = read(minimal_config());
  EXPECT_THAT(describe(config.metric), HasSubstr("reference="));
  config.metric.tensor = TensorMetricOptions{};
  EXPECT_THAT(describe(config.metric), HasSubstr(" reference="));
  config.metric.given = true;
  config.metric.name = "mine";
  EXPECT_THAT(describe(config.metric), ::testing::StartsWith("mine reference="));
}

TEST(RunConfig, LongValuesAreCutInMessages) {
  const std::string text(100, 'x');
  EXPECT_THAT(error_with(R"({"metric": {"preset": ")" + text + R"("}})"),
              AllOf(HasSubstr(text.substr(0, 59) + "..."), ::testing::Not(HasSubstr(text))));
}

TEST(RunConfig, TextOfAFileLosesItsComments) {
  const TempDir folder;
  std::ofstream(folder / "run.json") << "{ // a remark\n \"model\": {\"file\": \"a\"} }";
  EXPECT_EQ(read_config_text(folder / "run.json"), R"({"model":{"file":"a"}})");
  std::ofstream(folder / "half.json") << "{";
  EXPECT_THAT(message_of([&] { static_cast<void>(read_config_text(folder / "half.json")); }),
              HasSubstr("half.json"));
}

}  // namespace
}  // namespace caloquant
