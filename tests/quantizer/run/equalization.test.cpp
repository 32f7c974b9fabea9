// Equalization in a whole run, and what it is for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "calibration/corrections/channel_ranges.hpp"
#include "calibration/showers/make_showers.hpp"
#include "graph/ir/editor.hpp"
#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/run_session.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;

/// 20 showers, and a run of EnergyGAN with random weights.
class EqualizationRun : public ::testing::Test {
 protected:
  EqualizationRun() {
    ShowerOptions showers = default_shower_options(Detector::clic25);
    showers.events = 20;
    showers.output = folder / "showers25_1.h5";
    make_showers(showers);
  }

  [[nodiscard]] RunConfig config(const std::string& recipe, const std::string& strategy) const {
    Json json = Json::parse(R"({
      "model": {"random_weights": 3}, "data": {"files": ["showers25_*.h5"],
                "layout": "fixed_angle", "calibration_samples": 8, "evaluation_samples": 12},
      "input": {"encoding": "energy_times_noise"}, "quantization": {"approach": "static"},
      "metric": {"name": "shower_shape", "preset": "tune"},
      "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                             "tolerable_loss": 1e30},
      "tuning_criterion": {"max_trials": 2}
    })");
    json["model"]["architecture"] =
        (std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json").string();
    json["quantization"]["recipes"] = {{"equalization", recipe},
                                       {"bias_correction", "off"},
                                       {"weight_reconstruction", "off"},
                                       {"response_fit", "off"}};
    json["tuning_criterion"]["strategy"] = strategy;
    return run_config_from_json(json, folder.path(), (folder / "run.json").string());
  }

  [[nodiscard]] Json result_json() const {
    return parse_json<ModelError>(read_text<ModelError>(folder / "out" / "result.json"), "result");
  }

  testing::TempDir folder;
  RunObserver observer;
};

TEST_F(EqualizationRun, OnIsInResultAndModel) {
  const QuantizeResult result =
      RunSession(config("on", "basic"), {}, {&observer, folder / "out"}).run();
  ASSERT_TRUE(result.final_quality.has_value());
  const Json json = result_json();
  ASSERT_FALSE(json.at("equalized").empty());
  EXPECT_TRUE(json.at("equalized").at(0).contains("factors"));
  EXPECT_EQ(json.at("provenance").at("config").at("quantization").at("recipes").at("equalization"),
            "on");
  EXPECT_TRUE(json.at("recipes").empty());
  // load_model_file() verifies the samples.
  EXPECT_TRUE(load_model_file(folder / "out" / "quantized.h5", {}).quantized);
}

TEST_F(EqualizationRun, OffLeavesTheNetworkAlone) {
  const QuantizeResult result =
      RunSession(config("off", "basic"), {}, {&observer, folder / "out"}).run();
  EXPECT_TRUE(result.equalized.empty());
  EXPECT_TRUE(result_json().at("equalized").empty());
}

TEST_F(EqualizationRun, AutoKeepsWhatLosesLess) {
  const QuantizeResult result =
      RunSession(config("auto", "auto"), {}, {&observer, folder / "out"}).run();
  ASSERT_EQ(result.corrections.size(), 3U);  // biases of the final model come last
  EXPECT_TRUE(result.corrections[2].sequential_bias_correction);
  EXPECT_FALSE(result.corrections[0].equalization);
  EXPECT_TRUE(result.corrections[1].equalization);
  const bool better = result.corrections[1].loss < result.corrections[0].loss;
  EXPECT_EQ(result.corrections[1].kept, better);
  EXPECT_EQ(result.corrections[0].kept, !better);
  EXPECT_EQ(result.equalized.empty(), !better);
  EXPECT_EQ(result_json().at("recipes").at(1).at("equalization"), true);
}

/// Ranges that differ from channel to channel of every layer, as they never do by chance.
ChannelRanges unequal_ranges(const Graph& graph) {
  ChannelRanges ranges;
  for (const Node& node : graph.nodes()) {
    if (is_quantizable(node.op)) {
      const auto channels = static_cast<std::size_t>(graph.value(node.inputs[0]).shape[1]);
      for (std::size_t c = 0; c < channels; ++c) {
        ranges[node.name].push_back(std::ldexp(1.0F, 4 * static_cast<int>(c % 3)));
      }
    }
  }
  return ranges;
}

std::vector<std::string> equalized_places(const std::string& architecture) {
  ModelConfig model;
  model.architecture = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / architecture;
  model.random_weights = 1;
  const Graph graph = load_fp32_model(model, {}).graph;
  std::vector<std::string> places;
  for (const EqualizedPlace& place : equalize_channels(graph, unequal_ranges(graph)).places) {
    places.push_back(place.place);
  }
  return places;
}

// Every place between two weighted layers of the two generators.
TEST(Equalization, ReachesAllLayersOfTheGenerators) {
  EXPECT_THAT(equalized_places("energygan.json"),
              ElementsAre("dense_1", "batch_normalization_1", "batch_normalization_2", "conv3d_3"));
  EXPECT_THAT(equalized_places("anglegan.json"),
              ElementsAre("dense_1", "batch_normalization_1", "batch_normalization_2",
                          "batch_normalization_3", "batch_normalization_4", "batch_normalization_5",
                          "conv3d_6"));
}

/// Two convolutions 1 x 1 with a LeakyReLU between, and channels of very different size there.
class UnequalChannels : public testing::PropertyTest {
 protected:
  static constexpr std::int64_t channels = 8;
  static constexpr std::int64_t events = 64;

  UnequalChannels() {
    const Conv conv{{1}, {1}, {0}, {0}, 1};
    const ValueId x = editor.add_input("x", {dynamic, channels, 4});
    ValueId y = editor.add_node("first", conv, {x, weights(true)});
    y = editor.add_node("act", Eltwise{EltwiseKind::leaky_relu, 0.3F}, {y});
    editor.add_output("y", editor.add_node("second", conv, {y, weights(false)}));
    for (float& value : inputs.data<float>()) {
      value = testing::uniform(random, -1.0F, 1.0F);
    }
  }

  /// Output (rows) or input channels of sizes 2^0, 2^-1, ..., or their inverses: each channel means
  /// as much to the result.
  ValueId weights(bool rows) {
    Tensor tensor(DType::f32, {channels, channels, 1});
    for (std::size_t k = 0; k < tensor.data<float>().size(); ++k) {
      const auto channel = static_cast<int>(rows ? k / channels : k % channels);
      tensor.data<float>()[k] =
          std::ldexp(testing::uniform(random, 0.5F, 1.0F), rows ? -channel : channel);
    }
    return editor.add_constant("w", std::move(tensor));
  }

  [[nodiscard]] InputFiller filler() const {
    return [this](std::int64_t first, std::int64_t count, std::span<const std::span<float>> into) {
      const std::span<float> input = into[0];
      const auto all = inputs.data<float>();
      std::ranges::copy(all.subspan(static_cast<std::size_t>(first * channels * 4),
                                    static_cast<std::size_t>(count * channels * 4)),
                        input.begin());
    };
  }

  [[nodiscard]] std::vector<float> outputs(const Graph& graph) const {
    std::vector<float> found(inputs.data<float>().size());
    const std::span<const float> src = inputs.data<float>();
    const std::span<float> dst = found;
    compile_engine(graph, events)->run({&src, 1}, {&dst, 1});
    return found;
  }

  /// Mean square error of all int8 with ranges of that graph.
  [[nodiscard]] double int8_error(const Graph& graph, const std::vector<float>& exact) const {
    CollectOptions options;
    options.events = {0, events};
    options.algorithms = {RangeAlgorithm::minmax};
    const CalibrationTable table = collect_ranges(graph, filler(), options);
    TuningConfig config;
    config.set("first", {Precision::fp32});
    config.set("second", {Precision::int8});
    WeightCache weights;
    const std::vector<float> found = outputs(
        apply_plan(graph, make_plan(graph, table, config, ActivationRule::measured, weights)));
    double sum = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      sum += std::pow(static_cast<double>(found[i] - exact[i]), 2.0);
    }
    return sum;
  }

  GraphEditor editor{"net"};
  Tensor inputs{DType::f32, {events, channels, 4}};
};

TEST_F(UnequalChannels, LoseMuchLessInInt8) {
  const Graph graph = editor.finish();
  const ChannelRanges ranges = collect_channel_ranges(graph, filler(), {{0, events}});
  const EqualizedGraph equalized = equalize_channels(graph, ranges);
  ASSERT_EQ(equalized.places.size(), 1U);
  const std::vector<float> exact = outputs(graph);
  EXPECT_EQ(outputs(equalized.graph), exact);
  EXPECT_LT(int8_error(equalized.graph, exact), 0.05 * int8_error(graph, exact));
}

}  // namespace
}  // namespace caloquant
