#include <gtest/gtest.h>
#include <caloquant/tuning.hpp>

namespace caloquant {
namespace {

constexpr LayerChoice minmax_channel{Precision::int8, RangeAlgorithm::minmax, true,
                                     ActivationType::automatic};
constexpr LayerChoice kl_tensor_s8{Precision::int8, RangeAlgorithm::kl, false, ActivationType::s8};

TEST(LayerChoice, SaysWhatItIs) {
  EXPECT_EQ(to_string(LayerChoice{}), "fp32");
  EXPECT_EQ(to_string(minmax_channel), "int8 minmax per_channel");
  EXPECT_EQ(to_string(kl_tensor_s8), "int8 kl per_tensor s8");
  EXPECT_EQ(to_string({Precision::int8, RangeAlgorithm::automatic, true, ActivationType::automatic,
                       WeightRange::mse}),
            "int8 automatic per_channel mse_weights");
  EXPECT_EQ(to_string({Precision::int8, RangeAlgorithm::minmax_headroom, true, ActivationType::u8,
                       WeightRange::mse}),
            "int8 minmax_headroom per_channel u8 mse_weights");
}

TEST(TuningConfig, ForgetsIntegerOptionsOfAnFp32Layer) {
  LayerChoice fallen = kl_tensor_s8;
  fallen.precision = Precision::fp32;
  TuningConfig config;
  config.set("a", fallen);
  TuningConfig other;
  other.set("a", LayerChoice{});
  EXPECT_EQ(config, other);
  EXPECT_EQ(config.key(), "a=fp32");
}

TEST(TuningConfig, KeepsTheOrderOfLayersWhenOneIsReplaced) {
  TuningConfig config;
  config.set("b", minmax_channel);
  config.set("a", minmax_channel);
  config.set("b", kl_tensor_s8);
  EXPECT_EQ(config.key(), "b=int8 kl per_tensor s8; a=int8 minmax per_channel");
}

TEST(TuningConfig, CountsLayersByPrecision) {
  TuningConfig config;
  config.set("a", minmax_channel);
  config.set("b", LayerChoice{});
  config.set("c", kl_tensor_s8);
  EXPECT_EQ(config.quantized_layers(), 2U);
  EXPECT_EQ(config.layers_by_precision().at(Precision::int8), 2U);
  EXPECT_EQ(config.layers_by_precision().at(Precision::fp32), 1U);
}

TEST(TuningConfig, TellsWhatChanged) {
  TuningConfig base;
  base.set("a", minmax_channel);
  base.set("b", minmax_channel);
  TuningConfig config = base;
  EXPECT_EQ(config.changes_from(base), "");
  config.set("b", LayerChoice{});
  EXPECT_EQ(config.changes_from(base), "b -> fp32");
  config.set("a", kl_tensor_s8);
  EXPECT_EQ(config.changes_from(base), "a -> int8 kl per_tensor s8, b -> fp32");
}

TEST(TuningConfig, TakesAnUnknownLayerAsFp32) {
  EXPECT_EQ(TuningConfig{}.choice("dense_1"), LayerChoice{});
}

}  // namespace
}  // namespace caloquant
