// The engine and the whole run on real trained weights.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "calibration/showers/make_showers.hpp"
#include "graph/exec/engine.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/json/json.hpp"
#include "graph/passes/pass.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/evaluate/shower_evaluator.hpp"
#include "quantizer/measure/batch_run.hpp"
#include "quantizer/measure/benchmark.hpp"
#include "quantizer/run/run_session.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// fp32 images of the engine against an independent float64 forward pass: 1e-5 of the file's
/// largest cell (the requirement; f32 sums of up to 2304 products stay below it).
void expect_golden(const ModelConfig& config, const std::filesystem::path& golden,
                   const std::string& images) {
  const LoadedModel model = load_fp32_model(config, {});
  const H5File file = H5File::open(golden, ErrorKind::data);
  const Tensor latent = file.read("/latent", DType::f32);
  const Tensor expected = file.read(images, DType::f32);
  const std::int64_t events = latent.shape().front();
  std::vector<float> found(expected.data<float>().size());
  const std::span<const float> src = latent.data<float>();
  const std::span<float> dst = found;
  compile_engine(model.graph, events)->run({&src, 1}, {&dst, 1});
  float largest = 0.0F;
  float difference = 0.0F;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, expected.data<float>()[i]);
    difference = std::max(difference, std::fabs(found[i] - expected.data<float>()[i]));
  }
  EXPECT_LE(difference, 1e-5F * largest) << golden;
}

TEST(RealModels, DemoAngleGanIsGolden) {
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  ModelConfig config;
  config.architecture = configs / "anglegan.json";
  config.weights = configs / "anglegan_demo.hdf5";
  expect_golden(config, configs / "anglegan_demo_golden.h5", "/image");
}

TEST(RealModels, EnergyGanIsGolden) {
  CALOQUANT_NEEDS_SHARED();
  for (const char* epoch : {"013", "029"}) {
    const auto models = testing::shared_folder() / "models";
    const std::string stem = std::string("energygan_") + epoch;
    ModelConfig config;
    config.architecture = models / "energygan.json";
    config.weights = models / (stem + ".hdf5");
    expect_golden(config, models / (stem + "_golden.h5"), "/ECAL");
  }
}

// The run of the project's first users: real weights, basic, 1e-4 of the paired loss. What falls
// back are the tail convolutions, and the written model has exactly the loss of the log.
TEST(RealModels, EnergyGanMeetsItsTarget) {
  CALOQUANT_NEEDS_SHARED();
  const testing::TempDir folder;
  ShowerOptions showers = default_shower_options(Detector::clic25);
  showers.events = 160;
  showers.output = folder / "showers25_1.h5";
  make_showers(showers);
  const auto models = testing::shared_folder() / "models";
  Json json = Json::parse(R"({
    "model": {}, "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
                          "calibration_samples": 100, "evaluation_samples": 60},
    "input": {"encoding": "energy_times_noise", "seed": 1978},
    "quantization": {"approach": "static", "activation_rule": "measured",
      "op_type_dict": {"conv": {"activation": {"algorithm": "minmax"},
                                "weight": {"granularity": "per_channel"}}}},
    "metric": {"name": "shower_shape", "preset": "tune"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                           "tolerable_loss": 1e-4, "criteria": "loss_only"},
    "tuning_criterion": {"strategy": "basic", "timeout": 0, "max_trials": 100}
  })");
  json["model"]["architecture"] = (models / "energygan.json").string();
  json["model"]["weights"] = (models / "energygan_013.hdf5").string();
  const RunConfig config =
      run_config_from_json(json, folder.path(), (folder / "run.json").string());
  RunObserver observer;
  const QuantizeResult result = RunSession(config, {}, {&observer, folder / "out"}).run();
  ASSERT_TRUE(result.tuning.best.has_value()) << result.error;
  EXPECT_TRUE(result.tuning.target_met);
  for (const LayerReport& layer : result.layers) {
    const bool tail = layer.name == "conv3d_3" || layer.name == "conv3d_4";
    EXPECT_EQ(layer.precision == Precision::fp32, tail) << layer.name;
    EXPECT_EQ(layer.reason.empty(), !tail) << layer.name;
  }
  const LoadedModel written = load_model_file(folder / "out" / "quantized.h5", {});
  ShowerEvaluator evaluator(config, load_fp32_model(config.model, config.graph).graph);
  evaluator.prepare_reference();
  EXPECT_EQ(evaluator.quality_of(written.graph).loss.value, result.final_quality->loss.value);
}

// What trials share is computed once, and that must not show in any bit of their losses.
TEST(RealModels, SweptTrialsHaveTheLossesOfSingleOnes) {
  const testing::TempDir folder;
  ShowerOptions showers = default_shower_options(Detector::clic25);
  showers.events = 20;
  showers.output = folder / "showers25_1.h5";
  make_showers(showers);
  Json json = Json::parse(R"({
    "model": {"random_weights": 3}, "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
              "calibration_samples": 8, "evaluation_samples": 12},
    "input": {"encoding": "energy_times_noise"}, "quantization": {"approach": "static"},
    "metric": {"name": "shower_shape", "preset": "tune"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                           "tolerable_loss": 1e-4},
    "tuning_criterion": {"strategy": "basic"}
  })");
  json["model"]["architecture"] =
      (std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json").string();
  const RunConfig config =
      run_config_from_json(json, folder.path(), (folder / "run.json").string());
  const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
  const Graph int8 = all_int8(fp32);
  std::vector<Graph> graphs{fp32, int8};
  for (const Node& node : int8.nodes()) {  // each layer alone back to fp32
    if (node.quant) {
      QuantPlan plan;
      for (const Node& other : int8.nodes()) {
        if (other.quant && other.name != node.name) {
          plan.layers[other.name] = {*other.quant, int8.value(other.inputs[1]).constant};
        }
      }
      graphs.push_back(apply_plan(fp32, plan));
    }
  }
  ShowerEvaluator evaluator(config, fp32);
  evaluator.prepare_reference();
  const std::vector<ModelQuality> together = evaluator.qualities_of(graphs);
  ASSERT_EQ(together.size(), 7U);
  EXPECT_EQ(together[0].loss.value, 0.0);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    EXPECT_EQ(together[i].loss.value, evaluator.quality_of(graphs[i]).loss.value) << i;
  }
}

// A model that misses the target beyond doubt sees a part of the events, and is told apart.
TEST(RealModels, HopelessTrialsStopEarly) {
  CALOQUANT_NEEDS_SHARED();
  const testing::TempDir folder;
  ShowerOptions showers = default_shower_options(Detector::clic25);
  showers.events = 140;
  showers.output = folder / "showers25_1.h5";
  make_showers(showers);
  Json json = Json::parse(R"({
    "model": {}, "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
              "calibration_samples": 4, "evaluation_samples": 132},
    "input": {"encoding": "energy_times_noise"}, "quantization": {"approach": "static"},
    "metric": {"name": "shower_shape", "preset": "tune"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                           "tolerable_loss": 1e-4, "criteria": "loss_only"},
    "tuning_criterion": {"strategy": "basic", "early_stop": true}
  })");
  const auto models = testing::shared_folder() / "models";
  json["model"]["architecture"] = (models / "energygan.json").string();
  json["model"]["weights"] = (models / "energygan_013.hdf5").string();
  const RunConfig config =
      run_config_from_json(json, folder.path(), (folder / "run.json").string());
  const Graph fp32 = load_fp32_model(config.model, config.graph).graph;
  const Graph int8 = all_int8(fp32);
  ShowerEvaluator evaluator(config, fp32);
  evaluator.prepare_reference();
  const std::vector<ModelQuality> whole = evaluator.qualities_of({fp32, int8});
  ASSERT_GT(whole[1].loss.value, 0.0);
  const auto judged = [&](double target) {
    return evaluator.judged({fp32, int8}, {config.accuracy, target}, EventUse::search,
                            evaluator.most_events());
  };
  const auto stopped = judged(0.0);
  EXPECT_EQ(stopped[0].loss.events, 132U);
  EXPECT_EQ(stopped[0].loss.value, 0.0);
  EXPECT_EQ(stopped[1].loss.events, 64U);  // half, in whole batches of 8
  EXPECT_GT(stopped[1].loss.value - 5.0 * *stopped[1].loss.standard_error, 0.0);
  const auto hopeful = judged(2.0 * whole[1].loss.value);
  EXPECT_EQ(hopeful[1].loss.events, 132U);
  EXPECT_EQ(hopeful[1].loss.value, whole[1].loss.value);
}

// After the phase collapse of its factor 6, conv3d_1 has 8 x 8 channels at 49 x 49 x 41 positions.
TEST(RealModels, UsefulMacsOfTheCollapsedConvolution) {
  ModelConfig config;
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  config.architecture = configs / "anglegan.json";
  config.weights = configs / "anglegan_demo.hdf5";
  const Graph graph = load_fp32_model(config, {}).graph;
  double macs = 0.0;
  EngineOptions options;
  options.listener = [&](const LoweredGraph& lowered, std::size_t step, const std::byte*,
                         const std::byte*) {
    if (lowered.steps[step].layer == "conv3d_1") {
      macs = useful_macs(std::get<LayerWork>(lowered.steps[step].work),
                         lowered.buffers[lowered.steps[step].dst].shape);
    }
  };
  BatchRun(graph, 1).run(*compile_engine(graph, 1, options));
  // 49 positions see 1 source cell where they are a multiple of 6 and else 2; 41 positions see 3
  // where they are 5 modulo 6 and else 2.
  EXPECT_EQ(macs, 64.0 * 89.0 * 89.0 * 88.0);
}

}  // namespace
}  // namespace caloquant
