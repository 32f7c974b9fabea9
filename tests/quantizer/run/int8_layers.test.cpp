// AngleGAN with all convolutions in INT8, layer by layer against the exact integer reference: on
// the bytes that really arrive at each layer, the s32 sums are equal and the stored values are
// equal except for single steps where the f32 epilogue lies within its rounding error of a tie.

#include <gtest/gtest.h>

#include <iostream>

#include "calibration/collect/collect.hpp"
#include "calibration/data/latents.hpp"
#include "graph/exec/engine.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/passes/pass.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "tests/graph/integer_check.hpp"

namespace caloquant {
namespace {

void check_anglegan(const Graph& graph, ActivationRule rule) {
  const std::vector<EventLabel> labels{{100.0, 1.2}, {300.0, 1.57}, {50.0, 1.9}, {450.0, 1.1}};
  const InputFiller fill = [&](std::int64_t first, std::int64_t count,
                               std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    fill_latents(
        InputEncoding::energy_angle_noise, 7, first,
        std::span(labels).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
        256, input);
  };
  const CalibrationTable table =
      collect_ranges(graph, fill, {{0, 4}, 4, {RangeAlgorithm::minmax}, {}});
  TuningConfig config;
  for (const LayerSpec& layer : layer_specs(graph)) {
    config.set(layer.name,
               {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
  }
  WeightCache weights;
  const Graph quantized = apply_plan(graph, make_plan(graph, table, config, rule, weights));
  testing::IntegerCheck judge;
  judge.check_sums();
  const auto engine = compile_engine(quantized, 1, {active_isa(), {}, judge.listener()});
  std::vector<float> input(256);
  std::vector<float> image(51 * 51 * 25);
  const std::span<float> inputs = input;
  fill(0, 1, {&inputs, 1});
  const std::span<const float> from = input;
  const std::span<float> into = image;
  engine->run({&from, 1}, {&into, 1});
  EXPECT_EQ(judge.tallies().size(), 8U);
  for (const testing::LayerTally& tally : judge.tallies()) {
    std::cout << "  " << tally.layer << ": " << tally.cells << " cells "
              << (tally.requantized ? "requantized" : "to f32") << ", " << tally.ties
              << " one step off at a tie, " << tally.wrong << " wrong\n";
    EXPECT_EQ(tally.wrong, 0) << tally.layer;
  }
}

std::filesystem::path configs() {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
}

TEST(Int8Layers, DemoWeightsMeasuredRule) {
  check_anglegan(
      canonicalize(read_keras({configs() / "anglegan.json", configs() / "anglegan_demo.hdf5", {}})),
      ActivationRule::measured);
}

TEST(Int8Layers, RandomWeightsIncRule) {
  check_anglegan(canonicalize(read_keras({configs() / "anglegan.json", {}, 11})),
                 ActivationRule::inc_u8_scaled);
}

}  // namespace
}  // namespace caloquant
