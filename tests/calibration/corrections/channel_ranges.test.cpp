#include "calibration/corrections/channel_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/ir/editor.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;

/// x [N, 2, 3]: channel 0 of event e is e + 1 in its second cell, channel 1 is -10 (e + 1) there.
void fill_with_events(std::int64_t first, std::int64_t count,
                      std::span<const std::span<float>> inputs) {
  const std::span<float> input = inputs[0];
  std::ranges::fill(input, 0.0F);
  for (std::int64_t event = 0; event < count; ++event) {
    const auto value = static_cast<float>(first + event + 1);
    input[static_cast<std::size_t>(event * 6 + 1)] = value;
    input[static_cast<std::size_t>(event * 6 + 4)] = -10.0F * value;
  }
}

/// Two convolutions over x, and one over their common Affine.
Graph graph_of_three() {
  const auto constant = [](GraphEditor& editor, Shape shape, const std::vector<float>& values) {
    return editor.add_constant("c",
                               Tensor::of<float>(std::move(shape), std::span<const float>(values)));
  };
  GraphEditor editor("net");
  const Conv conv{{1}, {1}, {0}, {0}, 1};
  const ValueId x = editor.add_input("x", {dynamic, 2, 3});
  const ValueId w = constant(editor, {1, 2, 1}, {1.0F, 1.0F});
  editor.add_output("a", editor.add_node("a", conv, {x, w}));
  editor.add_output("b", editor.add_node("b", conv, {x, w}));
  const ValueId affine = editor.add_node(
      "affine", Affine{},
      {x, constant(editor, {2}, {2.0F, 0.5F}), constant(editor, {2}, {0.0F, 1.0F})});
  editor.add_output("c", editor.add_node("c", conv, {affine, w}));
  return editor.finish();
}

TEST(ChannelRanges, AreTheLargestMagnitudesOfAllEvents) {
  for (const std::int64_t batch : {1, 2, 3, 8}) {
    std::int64_t done = 0;
    const ChannelRanges ranges = collect_channel_ranges(
        graph_of_three(), fill_with_events, {{1, 5}, batch, [&](std::int64_t n) { done = n; }});
    EXPECT_EQ(done, 4);
    ASSERT_EQ(ranges.size(), 3U);
    EXPECT_THAT(ranges.at("a"), ElementsAre(5.0F, 50.0F));
    EXPECT_EQ(ranges.at("b"), ranges.at("a"));
    EXPECT_THAT(ranges.at("c"), ElementsAre(10.0F, 24.0F));
  }
}

}  // namespace
}  // namespace caloquant
