#include "quantizer/run/choose_corrections.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

const StatisticsTable statistics;

CorrectionChoice choose(CorrectionMode bias, CorrectionMode reconstruct, bool may_try,
                        std::vector<double> losses) {
  QuantizationConfig config;
  config.bias_correction = bias;
  config.weight_reconstruction = reconstruct;
  return choose_corrections(config, may_try, &statistics,
                            [&](const std::vector<Corrections>& asked) {
                              EXPECT_EQ(asked.size(), losses.size());
                              std::vector<ProbeResult> results;
                              for (const double loss : losses) {
                                results.push_back({loss, loss});
                              }
                              return results;
                            });
}

TEST(Recipes, AutomaticOnesAreKeptWhereTheyHelp) {
  // Neither, bias, reconstruction, both.
  const CorrectionChoice choice =
      choose(CorrectionMode::automatic, CorrectionMode::automatic, true, {4.0, 5.0, 1.0, 2.0});
  EXPECT_FALSE(choice.corrections.bias);
  EXPECT_TRUE(choice.corrections.reconstruct);
  ASSERT_EQ(choice.trials.size(), 4U);
  EXPECT_TRUE(choice.trials[2].kept);
  EXPECT_EQ(choice.trials[2].loss, 1.0);
  EXPECT_FALSE(choice.trials[0].kept);
}

// A smaller loss does not make up for an energy that is out of its limit.
TEST(Recipes, TheWorstMeasureCounts) {
  ModelQuality quality;
  quality.loss.value = quality.loss.error = 2e-4;
  EXPECT_EQ(probe_result(quality).worst_ratio, 2e-4);  // measured, not judged
  quality.measures = {{"loss", 2e-4, 4e-4}, {"energy response at 100 GeV", -0.01, 0.005}};
  const ProbeResult result = probe_result(quality);
  EXPECT_NEAR(result.worst_ratio, 2.0, 1e-12);
  EXPECT_EQ(result.loss, 2e-4);
  quality.measures.back().value = 0.001;
  EXPECT_EQ(probe_result(quality).worst_ratio, 0.5);
}

TEST(Recipes, TheSimplestOfEqualOnesIsKept) {
  const CorrectionChoice choice =
      choose(CorrectionMode::automatic, CorrectionMode::off, true, {3.0, 3.0});
  EXPECT_FALSE(choice.corrections.bias);
}

TEST(Recipes, NothingIsTriedWithoutAChoice) {
  EXPECT_FALSE(
      choose(CorrectionMode::automatic, CorrectionMode::automatic, false, {}).corrections.bias);
  const CorrectionChoice both = choose(CorrectionMode::on, CorrectionMode::on, false, {});
  EXPECT_TRUE(both.corrections.bias);
  EXPECT_TRUE(both.corrections.reconstruct);
  EXPECT_TRUE(both.trials.empty());
}

TEST(Recipes, OptionsOfARecipe) {
  EXPECT_FALSE(options_of(CorrectionMode::off, true).with);
  EXPECT_FALSE(options_of(CorrectionMode::automatic, false).with);
  EXPECT_TRUE(options_of(CorrectionMode::automatic, true).with);
  EXPECT_TRUE(options_of(CorrectionMode::automatic, true).without);
  EXPECT_TRUE(options_of(CorrectionMode::on, false).with);
  EXPECT_FALSE(options_of(CorrectionMode::on, true).without);
}

TEST(Recipes, TheProbeIsTheFinestIntegerForm) {
  const TuningSpace space({default_layer_spec("d", "dense", true),
                           default_layer_spec("c", "conv", true), default_layer_spec("e", "conv")},
                          {}, "run.json");
  const TuningConfig probe = correction_probe(space);
  EXPECT_EQ(probe.choice("d").precision, Precision::w8);
  EXPECT_EQ(probe.choice("c").precision, Precision::w8a16);
  EXPECT_EQ(probe.choice("e").precision, Precision::int8);  // searches int8 and fp32 alone
}

}  // namespace
}  // namespace caloquant
