// The tuning log of the 2023 talk on the 51 x 51 x 25 generator, replayed: its losses are injected,
// the trials and the final choice must be its own 14 rows.

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "quantizer/search/tune/layer_report.hpp"
#include "quantizer/search/tune/loop.hpp"
#include "tests/quantizer/search/space/layers.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;

std::set<int> fp32_convolutions(const TuningConfig& config) {
  std::set<int> numbers;
  for (int i = 1; i <= 7; ++i) {
    if (config.choice("conv3d_" + std::to_string(i)).precision == Precision::fp32) {
      numbers.insert(i);
    }
  }
  return numbers;
}

double talk_loss(const TuningConfig& config) {
  static const std::map<std::set<int>, double> losses{
      {{1}, .1991}, {{2}, .1220}, {{3}, .1855},    {{4}, .1952},       {{5}, .1290},
      {{6}, .1678}, {{7}, .1979}, {{2, 5}, .0356}, {{2, 5, 6}, .0143}, {{2, 3, 5, 6}, .0011}};
  const std::set<int> fallen = fp32_convolutions(config);
  if (fallen.empty()) {
    return config.choice("conv3d_1").per_channel ? .1992 : .2040;
  }
  return losses.at(fallen);  // throws for a configuration that the talk did not try
}

struct Row {
  std::size_t quantized_layers;
  double loss;
  std::string common;  ///< choice of the quantized layers
  std::set<int> fp32;
};

TEST(TalkTable, IsReplayedRowByRow) {
  const TuningSpace space = testing::talk_space();
  const auto strategy = make_strategy({"basic", false}, space);
  TuneOptions options;
  options.criterion = {
      .higher_is_better = false, .kind = CriterionKind::relative, .tolerable_loss = 0.01};
  options.limits = {.timeout = 0.0, .max_trials = 100};
  options.baseline = 0.0011;
  TuneCallbacks callbacks;
  callbacks.evaluate = [](const TuningConfig& config) {
    return Evaluation{.loss = talk_loss(config)};
  };
  const TuneResult result = tune(*strategy, options, callbacks);

  const std::string kl = "int8 kl per_channel";
  const std::vector<Row> rows{
      {7, .1992, "int8 minmax per_channel", {}},
      {7, .2040, "int8 minmax per_tensor", {}},
      {7, .1992, kl, {}},
      {7, .2040, "int8 kl per_tensor", {}},
      {6, .1991, kl, {1}},
      {6, .1220, kl, {2}},
      {6, .1855, kl, {3}},
      {6, .1952, kl, {4}},
      {6, .1290, kl, {5}},
      {6, .1678, kl, {6}},
      {6, .1979, kl, {7}},
      {5, .0356, kl, {2, 5}},
      {4, .0143, kl, {2, 5, 6}},
      {3, .0011, kl, {2, 3, 5, 6}},
  };
  ASSERT_EQ(result.trials.size(), rows.size());
  for (std::size_t step = 0; step < rows.size(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    const Trial& trial = result.trials[step];
    EXPECT_EQ(trial.step, step);
    EXPECT_EQ(trial.quantized_layers(), rows[step].quantized_layers);
    EXPECT_EQ(trial.total_layers(), 7U);
    EXPECT_EQ(trial.loss, rows[step].loss);
    EXPECT_EQ(fp32_convolutions(trial.proposal.config), rows[step].fp32);
    for (const TuningConfig::Layer& layer : trial.proposal.config.layers()) {
      if (layer.choice.precision == Precision::int8) {
        EXPECT_EQ(to_string(layer.choice), rows[step].common) << layer.name;
      }
    }
    EXPECT_EQ(trial.target_met, step == 13);
  }
  EXPECT_TRUE(result.target_met);
  EXPECT_EQ(result.best, 13U);
  EXPECT_EQ(result.reason, StopReason::target_met);
  EXPECT_DOUBLE_EQ(result.target, 0.001111);
  EXPECT_THAT(result.trials[13].proposal.fallbacks,
              ElementsAre("conv3d_2", "conv3d_5", "conv3d_6", "conv3d_3"));

  std::map<std::string, std::string> reasons;
  std::vector<std::string> kept;
  for (const LayerReport& layer : report_layers(space, result)) {
    reasons[layer.name] = layer.reason;
    if (layer.precision == Precision::int8) {
      kept.push_back(layer.name);
    }
  }
  EXPECT_THAT(kept, ElementsAre("conv3d_1", "conv3d_4", "conv3d_7"));
  EXPECT_EQ(reasons.at("dense_1"), "recipes.first_conv_or_matmul_quantization");
  EXPECT_EQ(reasons.at("conv3d_2"), "fell back at step 5");
  EXPECT_EQ(reasons.at("conv3d_5"), "fell back at step 11");
  EXPECT_EQ(reasons.at("conv3d_6"), "fell back at step 12");
  EXPECT_EQ(reasons.at("conv3d_3"), "fell back at step 13");
  EXPECT_EQ(reasons.at("conv3d_1"), "");
}

}  // namespace
}  // namespace caloquant
