// Statistics of layers, reconstruction of weights and correction of biases on small layers whose
// numbers can be worked out.

#include <gtest/gtest.h>

#include <cmath>

#include "calibration/corrections/bias_correction.hpp"
#include "calibration/corrections/channel_means.hpp"
#include "calibration/corrections/reconstruct_rounding.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class CorrectionsTest : public testing::PropertyTest {
 protected:
  Tensor random_floats(Shape shape, float low, float high) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, low, high);
    }
    return tensor;
  }

  /// Moments of samples x = mean + mixing * noise, so that its components are correlated.
  LayerStatistics correlated(std::int64_t width) {
    LayerStatistics statistics;
    statistics.width = width;
    statistics.block = width;
    statistics.rows = 400;
    const auto n = static_cast<std::size_t>(width);
    statistics.gram.assign(n * n, 0.0);
    statistics.mean.assign(n, 0.0);
    for (std::int64_t row = 0; row < statistics.rows; ++row) {
      const float common = testing::uniform(random, 0.0F, 2.0F);
      std::vector<double> x(n);
      for (double& value : x) {
        value = static_cast<double>(common + testing::uniform(random, -0.3F, 0.3F));
      }
      for (std::size_t i = 0; i < n; ++i) {
        statistics.mean[i] += x[i] / static_cast<double>(statistics.rows);
        for (std::size_t j = 0; j < n; ++j) {
          statistics.gram[i * n + j] += x[i] * x[j] / static_cast<double>(statistics.rows);
        }
      }
    }
    return statistics;
  }
};

// What the rounding is for: the layer's own sums change less than with the nearest integers. The
// weights are random and the inputs strongly correlated, so that the gain is large: half at least
// over all layers, some gain for each.
TEST_F(CorrectionsTest, ReconstructionChangesTheSumsLess) {
  double error_of_nearest = 0.0;
  double error_of_chosen = 0.0;
  for (int round = 0; round < 10; ++round) {
    const LayerStatistics statistics = correlated(24);
    const Tensor weights = random_floats({6, 24}, -1.0F, 1.0F);
    const std::vector<float> scales = minmax_weight_scales(weights, true);
    const QuantizedWeights nearest = quantize_weights(weights, scales);
    const QuantizedWeights chosen = reconstruct_rounding(weights, scales, statistics);
    EXPECT_EQ(chosen.scales, scales);
    const double before = reconstruction_error(weights, nearest, statistics);
    const double after = reconstruction_error(weights, chosen, statistics);
    EXPECT_LT(after, before);
    error_of_nearest += before;
    error_of_chosen += after;
    for (const std::int8_t q : chosen.values.data<std::int8_t>()) {
      EXPECT_GE(q, -127);
    }
  }
  EXPECT_LT(error_of_chosen, 0.5 * error_of_nearest);
}

// What is kept of 20 weights in blocks of 12 and 8 is what is kept of two layers of 12 and of 8.
TEST_F(CorrectionsTest, BlocksOfWeightsAreRoundedByThemselves) {
  LayerStatistics both;
  both.width = 20;
  both.block = 12;
  const LayerStatistics parts[] = {correlated(12), correlated(8)};
  for (const LayerStatistics& part : parts) {
    both.gram.insert(both.gram.end(), part.gram.begin(), part.gram.end());
    both.mean.insert(both.mean.end(), part.mean.begin(), part.mean.end());
  }
  const Tensor weights = random_floats({1, 20}, -1.0F, 1.0F);
  const std::vector<float> scale = minmax_weight_scales(weights, false);
  const QuantizedWeights whole = reconstruct_rounding(weights, scale, both);
  const std::span<const std::int8_t> found = whole.values.data<std::int8_t>();
  double error = 0.0;
  for (const auto& [first, part] : {std::pair(0, &parts[0]), std::pair(12, &parts[1])}) {
    const auto values = weights.data<float>().subspan(static_cast<std::size_t>(first),
                                                      static_cast<std::size_t>(part->width));
    const Tensor own = Tensor::of<float>({1, part->width}, std::span<const float>(values));
    const QuantizedWeights alone = reconstruct_rounding(own, scale, *part);
    const std::span<const std::int8_t> expected = alone.values.data<std::int8_t>();
    EXPECT_TRUE(std::ranges::equal(
        expected, found.subspan(static_cast<std::size_t>(first), expected.size())));
    error += reconstruction_error(own, alone, *part);
  }
  EXPECT_NEAR(reconstruction_error(weights, whole, both), error, 1e-12);
}

// Where inputs have nothing to do with each other there is nothing to make up for.
TEST_F(CorrectionsTest, UncorrelatedInputsGiveTheNearestIntegers) {
  LayerStatistics statistics;
  statistics.width = 9;
  statistics.block = 9;
  statistics.rows = 1;
  statistics.gram.assign(81, 0.0);
  statistics.mean.assign(9, 0.0);
  for (std::size_t i = 0; i < 9; ++i) {
    statistics.gram[i * 9 + i] = 1.0 + static_cast<double>(i);
  }
  const Tensor weights = random_floats({4, 9}, -1.0F, 1.0F);
  const std::vector<float> scales = minmax_weight_scales(weights, false);
  const Tensor chosen = reconstruct_rounding(weights, scales, statistics).values;
  const Tensor nearest = quantize_weights(weights, scales).values;
  for (std::size_t i = 0; i < 36; ++i) {
    EXPECT_EQ(chosen.data<std::int8_t>()[i], nearest.data<std::int8_t>()[i]);
  }
}

// The zeros of a collapsed convolution are what makes it fast.
TEST_F(CorrectionsTest, ReconstructionKeepsZeros) {
  const LayerStatistics statistics = correlated(16);
  Tensor weights = random_floats({3, 16}, -1.0F, 1.0F);
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}, std::size_t{40}}) {
    weights.data<float>()[i] = 0.0F;
  }
  const Tensor chosen =
      reconstruct_rounding(weights, minmax_weight_scales(weights, true), statistics).values;
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}, std::size_t{40}}) {
    EXPECT_EQ(chosen.data<std::int8_t>()[i], 0);
  }
}

TEST_F(CorrectionsTest, BiasRestoresTheMeanByHand) {
  const std::vector<float> values{0.6F, -0.2F, 1.0F, 0.3F};
  const Tensor weights = Tensor::of<float>({2, 2}, std::span<const float>(values));
  const std::vector<std::int8_t> integers{1, 0, 2, 1};
  const Tensor quantized = Tensor::of<std::int8_t>({2, 2}, std::span<const std::int8_t>(integers));
  const LayerQuant quant{{DType::f32, 1.0F, 0}, {0.5F}};  // stands for 0.5, 0, 1, 0.5
  LayerStatistics statistics;
  statistics.width = 2;
  statistics.mean = {10.0, 4.0};
  // 0.1 * 10 - 0.2 * 4 = 0.2 and 0 * 10 - 0.2 * 4 = -0.8
  const Tensor bias = corrected_bias(weights, quantized, quant, nullptr, statistics);
  EXPECT_NEAR(bias.data<float>()[0], 0.2F, 1e-6F);
  EXPECT_NEAR(bias.data<float>()[1], -0.8F, 1e-6F);
  const std::vector<float> before{1.0F, 1.0F};
  const Tensor given = Tensor::of<float>({2}, std::span<const float>(before));
  EXPECT_NEAR(corrected_bias(weights, quantized, quant, &given, statistics).data<float>()[1], 0.2F,
              1e-6F);
}

// A convolution over one row of four cells: all four places are looked at, the first one with a
// cell of padding in front. Dense sees its input as it is.
TEST_F(CorrectionsTest, StatisticsAreThoseOfThePatches) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 1, 1, 1, 4});
  const ValueId w = editor.add_constant("w", random_floats({1, 1, 1, 1, 2}, 0.5F, 1.0F));
  const Conv conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 1}, {0, 0, 0}, 1};
  editor.add_output("y", editor.add_node("conv", conv, {x, w}));
  const auto fill = [](std::int64_t first, std::int64_t count,
                       std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    for (std::int64_t event = 0; event < count; ++event) {
      for (std::int64_t cell = 0; cell < 4; ++cell) {
        input[static_cast<std::size_t>(event * 4 + cell)] =
            static_cast<float>((first + event + 1) * (cell + 1));
      }
    }
  };
  const auto table = collect_statistics(editor.finish(), fill, {{0, 3}, 2, 1});
  const LayerStatistics& found = table.at("conv");
  EXPECT_EQ(found.width, 2);
  EXPECT_EQ(found.rows, 12);
  // Patches of event k: k (0, 1), k (1, 2), k (2, 3), k (3, 4); means over k = 1, 2, 3.
  EXPECT_NEAR(found.mean[0], 6.0 / 4.0 * 2.0, 1e-6);
  EXPECT_NEAR(found.mean[1], 10.0 / 4.0 * 2.0, 1e-6);
  const double squares = 14.0 / 3.0;  // mean of k^2
  EXPECT_NEAR(found.gram[0], 14.0 / 4.0 * squares, 1e-5);
  EXPECT_NEAR(found.gram[1], 20.0 / 4.0 * squares, 1e-5);
  EXPECT_NEAR(found.gram[3], 30.0 / 4.0 * squares, 1e-5);
}

// Integers are chosen by these sums: they have one order, whatever the batch and the team.
TEST_F(CorrectionsTest, StatisticsDependOnNeitherBatchNorThreads) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 2, 3, 4, 5});
  const ValueId w = editor.add_constant("w", random_floats({3, 2, 2, 2, 2}, -1.0F, 1.0F));
  const Conv conv{{1, 1, 1}, {1, 1, 1}, {1, 0, 1}, {0, 1, 0}, 1};
  const ValueId y = editor.add_node("conv", conv, {x, w});
  const ValueId flat = editor.add_node("flat", Reshape{{-1, 180}}, {y});
  const ValueId v = editor.add_constant("v", random_floats({7, 180}, -1.0F, 1.0F));
  editor.add_output("z", editor.add_node("dense", Dense{}, {flat, v}));
  const Graph graph = editor.finish();
  const auto fill = [](std::int64_t first, std::int64_t count,
                       std::span<const std::span<float>> inputs) {
    for (std::int64_t event = 0; event < count; ++event) {
      std::mt19937_64 own(static_cast<std::uint64_t>(first + event));
      for (float& value : inputs[0].subspan(static_cast<std::size_t>(event) * 120, 120)) {
        value = testing::uniform(own, -1.0F, 1.0F);
      }
    }
  };
  const auto with = [&](std::int64_t batch, int threads) {
    const ThreadCount team(threads);
    return collect_statistics(graph, fill, {{0, 37}, batch, 1});
  };
  const StatisticsTable expected = with(1, 1);
  for (const std::int64_t batch : {1, 3, 8, 32}) {
    for (const int threads : {1, 2, 4}) {
      for (const auto& [layer, found] : with(batch, threads)) {
        EXPECT_EQ(found.gram, expected.at(layer).gram) << layer << ", batch " << batch;
        EXPECT_EQ(found.mean, expected.at(layer).mean) << layer << ", batch " << batch;
      }
      const ThreadCount team(threads);
      EXPECT_EQ(channel_means(graph, {"conv", "dense"}, fill, {{0, 37}, batch, {}}),
                channel_means(graph, {"conv", "dense"}, fill, {{0, 37}, 1, {}}));
    }
  }
}

}  // namespace
}  // namespace caloquant
