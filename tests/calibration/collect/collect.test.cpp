#include "calibration/collect/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <caloquant/error.hpp>

#include <cmath>
#include <set>

#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// x [N, 1, 2, 2, 2] -> conv (weight 2) -> relu -> up-sampling -> conv: y = 2 x, then relu(2 x).
Graph two_layers() {
  GraphEditor editor("two");
  const auto weight = [&](float value) {
    Tensor tensor(DType::f32, {1, 1, 1, 1, 1});
    tensor.data<float>()[0] = value;
    return editor.add_constant("w", std::move(tensor));
  };
  const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
  ValueId x = editor.add_input("x", {dynamic, 1, 2, 2, 2});
  x = editor.add_node("conv1", op, {x, weight(2.0F)});
  x = editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
  x = editor.add_node("up", UpsampleNearest{{3, 3, 3}}, {x});
  x = editor.add_node("conv2", op, {x, weight(1.0F)});
  editor.add_output("y", x);
  return editor.finish();
}

/// Event i holds -i in its first cell, i / 2 in its second, 0 elsewhere.
void fill(std::int64_t first, std::int64_t count, std::span<const std::span<float>> inputs) {
  const std::span<float> input = inputs[0];
  std::fill(input.begin(), input.end(), 0.0F);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto event = static_cast<float>(first + i);
    input[static_cast<std::size_t>(8 * i)] = -event;
    input[static_cast<std::size_t>(8 * i + 1)] = 0.5F * event;
  }
}

TEST(CollectRanges, SeesTheSrcOfEveryLayer) {
  const CalibrationTable table =
      collect_ranges(two_layers(), fill, {{0, 11}, 4, {RangeAlgorithm::minmax}, {}});
  EXPECT_EQ(table.events, 11);
  EXPECT_EQ(table.layers.at("conv1").at(RangeAlgorithm::minmax), (Range{-10.0F, 5.0F}));
  EXPECT_EQ(table.layers.at("conv2").at(RangeAlgorithm::minmax), (Range{0.0F, 10.0F}));
}

// The last batch is not full: what is left of the batch before must not be seen again.
TEST(CollectRanges, DoesNotDependOnTheBatch) {
  const auto observe = [](std::int64_t batch) {
    return collect_ranges(two_layers(), fill,
                          {{3, 20}, batch, {RangeAlgorithm::minmax, RangeAlgorithm::kl}, {}})
        .layers;
  };
  const auto expected = observe(1);
  for (const std::int64_t batch : {2, 5, 16, 64}) {
    EXPECT_EQ(observe(batch), expected) << batch;
  }
}

std::set<RangeAlgorithm> every_algorithm() {
  return {all_range_algorithms().begin(), all_range_algorithms().end()};
}

TEST(CollectRanges, DependsOnNeitherBatchNorThreadsForAnyAlgorithm) {
  const auto observe = [](std::int64_t batch, int threads, const std::set<RangeAlgorithm>& which) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    CalibrationTable table = collect_ranges(two_layers(), fill, {{3, 20}, batch, which, {}});
    omp_set_num_threads(before);
    return table;
  };
  const CalibrationTable expected = observe(1, 1, every_algorithm());
  EXPECT_EQ(expected.layers.at("conv1").size(), all_range_algorithms().size());
  for (const std::int64_t batch : {3, 8, 64}) {
    EXPECT_EQ(observe(batch, 3, every_algorithm()).layers, expected.layers) << batch;
  }
  // Alone an algorithm gives what it gives as a candidate of `automatic`.
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    const CalibrationTable alone = observe(8, 2, {algorithm});
    EXPECT_EQ(alone.layers.at("conv2").at(algorithm), expected.layers.at("conv2").at(algorithm));
    EXPECT_EQ(alone.candidates.empty(), algorithm != RangeAlgorithm::automatic);
  }
}

/// Of events 1, 2 and 3 the highest values of conv1's src are 0.5, 1 and 1.5.
TEST(CollectRanges, AveragesOverEvents) {
  CollectOptions options{{1, 4}, 2, {RangeAlgorithm::moving_average}};
  options.ranges.averaging_constant = 0.25;
  const Range range = collect_ranges(two_layers(), fill, options)
                          .layers.at("conv1")
                          .at(RangeAlgorithm::moving_average);
  EXPECT_EQ(range.high, 0.5F * 1.6875F);
  EXPECT_EQ(range.low, -1.6875F);
}

TEST(CollectRanges, HandsParametersToTheObservers) {
  CollectOptions options{{0, 11}, 4, {RangeAlgorithm::minmax_headroom}};
  options.ranges.headroom = 2.0;
  EXPECT_EQ(collect_ranges(two_layers(), fill, options)
                .layers.at("conv1")
                .at(RangeAlgorithm::minmax_headroom),
            (Range{-20.0F, 10.0F}));
}

TEST(CollectRanges, RecordsWhatAutomaticChoseFrom) {
  const CalibrationTable table =
      collect_ranges(two_layers(), fill, {{0, 11}, 4, {RangeAlgorithm::automatic}});
  for (const char* layer : {"conv1", "conv2"}) {
    const auto& candidates = table.candidates.at(layer);
    EXPECT_EQ(candidates.size(), all_range_algorithms().size() - 1);
    EXPECT_EQ(table.layers.at(layer).at(RangeAlgorithm::automatic),
              best_candidate(candidates).range);
  }
}

/// The type is asked for each layer by its node.
TEST(CollectRanges, MeasuresTheCodeOfTheLayer) {
  CollectOptions options{{0, 11}, 4, {RangeAlgorithm::automatic}};
  options.code = [](const Node& layer, const Range& range) {
    return layer.name == "conv1" ? scaled_u8(range.high) : measured_code(range);
  };
  const CalibrationTable table = collect_ranges(two_layers(), fill, options);
  EXPECT_GT(best_candidate(table.candidates.at("conv1")).error.noise, 0.1);  // negatives are lost
  EXPECT_LT(best_candidate(table.candidates.at("conv2")).error.noise, 1e-3);
}

/// x [N, 1, 1] -> conv (weights 1 and 100) -> depth to space by 2 without the last cell -> conv:
/// the 100 x that nobody keeps.
Graph with_dropped_cells(std::int64_t crop) {
  GraphEditor editor("dropped");
  const std::vector<float> two{1.0F, 100.0F};
  const Conv op{{1}, {1}, {0}, {0}, 1};
  ValueId x = editor.add_input("x", {dynamic, 1, 1});
  x = editor.add_node("conv1", op,
                      {x, editor.add_constant("w", Tensor::of<float>({2, 1, 1}, two))});
  x = editor.add_node("move", DepthToSpace{{2}, {crop}}, {x});
  x = editor.add_node("conv2", op, {x, editor.add_constant("w", Tensor(DType::f32, {1, 1, 1}))});
  editor.add_output("y", x);
  return editor.finish();
}

TEST(CollectRanges, DoesNotSeeCellsThatAreDropped) {
  const auto fill_ones = [](std::int64_t, std::int64_t, std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    std::fill(input.begin(), input.end(), 1.0F);
  };
  const auto range = [&](std::int64_t crop) {
    return collect_ranges(with_dropped_cells(crop), fill_ones,
                          {{0, 2}, 2, {RangeAlgorithm::minmax}, {}})
        .layers.at("conv2")
        .at(RangeAlgorithm::minmax);
  };
  EXPECT_EQ(range(0).high, 100.0F);
  EXPECT_EQ(range(1).high, 1.0F);
}

TEST(CollectRanges, NamesTheLayerOfAValueThatIsNotFinite) {
  const auto infinite = [](std::int64_t, std::int64_t, std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    std::fill(input.begin(), input.end(), INFINITY);
  };
  EXPECT_THAT(
      testing::message_of([&] {
        (void)collect_ranges(two_layers(), infinite, {{0, 2}, 2, {RangeAlgorithm::minmax}, {}});
      }),
      ::testing::HasSubstr("layer 'conv1'"));
}

TEST(QuantizationRoot, IsWhatMovementStartsFrom) {
  const Graph graph = two_layers();
  const Node* relu = graph.find("relu");
  EXPECT_EQ(quantization_root(graph, graph.find("conv2")->inputs[0]), relu->output);
  EXPECT_EQ(quantization_root(graph, relu->output), relu->output);
}

TEST(QuantizationRoot, IsBehindCellsThatAreDropped) {
  const Graph whole = with_dropped_cells(0);
  EXPECT_EQ(quantization_root(whole, whole.find("move")->output), whole.find("conv1")->output);
  const Graph cropped = with_dropped_cells(1);
  EXPECT_EQ(quantization_root(cropped, cropped.find("move")->output), cropped.find("move")->output);
}

}  // namespace
}  // namespace caloquant
