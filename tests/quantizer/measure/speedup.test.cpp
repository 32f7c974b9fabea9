#include "quantizer/measure/speedup.hpp"

#include <gtest/gtest.h>

#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {
namespace {

TuningConfig plan() {
  TuningConfig config;
  config.set("conv3d_1",
             {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
  config.set("conv3d_2",
             {Precision::fp32, RangeAlgorithm::minmax, true, ActivationType::automatic});
  return config;
}

TEST(Speedup, OfLayerCostsIsTheRatioOfTheirSums) {
  CostTable costs;
  costs["conv3d_1"] = {{Precision::int8, {1.0, 1.0}}, {Precision::fp32, {2.0, 4.0}}};
  costs["conv3d_2"] = {{Precision::fp32, {9.0, 4.0}}};
  const auto speedup = speedup_of_costs(plan(), costs);
  ASSERT_TRUE(speedup.has_value());
  EXPECT_DOUBLE_EQ(speedup->ratio, 1.1);
  EXPECT_DOUBLE_EQ(speedup->showers_per_second, 100.0);
  EXPECT_FALSE(speedup->measured);
  costs["conv3d_2"][Precision::fp32].milliseconds = 9.2;
  EXPECT_FALSE(speedup_of_costs(plan(), costs)->faster());
  costs["conv3d_2"][Precision::fp32].milliseconds = 8.8;
  EXPECT_TRUE(speedup_of_costs(plan(), costs)->faster());
  costs["conv3d_1"].erase(Precision::fp32);
  EXPECT_FALSE(speedup_of_costs(plan(), costs).has_value());
}

TEST(Speedup, MeasuredInTurns) {
  ModelConfig config;
  config.architecture = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "energygan.json";
  config.random_weights = 1;
  const Graph graph = load_fp32_model(config, {}).graph;
  const Speedup speedup =
      measured_speedup(graph, graph, {.batch = 2, .turns = 3, .seconds = 0.002});
  EXPECT_TRUE(speedup.measured);
  EXPECT_GT(speedup.lowest, 0.0);
  EXPECT_LE(speedup.lowest, speedup.ratio);
  EXPECT_LE(speedup.ratio, speedup.highest);
  EXPECT_GT(speedup.showers_per_second, 0.0);
  EXPECT_GT(speedup.fp32_showers_per_second, 0.0);
}

}  // namespace
}  // namespace caloquant
