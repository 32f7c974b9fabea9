// The example of quantizer/ADDING_A_STRATEGY.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/quantizer/search/strategy/landscape.hpp"

// [strategy]
#include "quantizer/search/strategy/fixed_sequence.hpp"

namespace caloquant {

/// Everything at its most compact precision, then one more layer at its reference after the other,
/// from the output to the input: the tail of a generator is its most delicate part.
class TailFirstStrategy final : public FixedSequence {
 public:
  explicit TailFirstStrategy(LevelTable levels) : FixedSequence(std::move(levels)) {
    std::vector<Assignment> sequence;
    Assignment plan = table().most_compact();
    const Assignment reference = table().reference();
    const auto append = [&] {
      // A layer may have one precision only: then nothing has changed.
      if (table().quantizes(plan) && (sequence.empty() || plan != sequence.back())) {
        sequence.push_back(plan);
      }
    };
    append();
    for (std::size_t layer = plan.size(); layer-- > 0;) {
      plan[layer] = reference[layer];
      append();
    }
    set_sequence(std::move(sequence));
  }

  [[nodiscard]] std::string_view name() const override { return "tail_first"; }
};

}  // namespace caloquant
// [/strategy]

namespace caloquant {
namespace {

// [test]
/// Five layers: all compact, then one to four of them at fp32.
TEST(TailFirst, LetsLayersFallBackFromTheOutput) {
  const TuningSpace space = testing::ladder_space();
  const TailFirstStrategy strategy{LevelTable(space, {}, Objective::fastest)};
  const std::vector<Proposal> all = strategy.known_ahead({});
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(strategy.remaining_at_most({}), 5U);
  EXPECT_EQ(all[1].config.layers().back().choice.precision, Precision::fp32);
  EXPECT_EQ(all[4].config.quantized_layers(), 1U);
}

/// A rule holds the last convolution at int8: it cannot fall back, and no plan comes twice.
TEST(TailFirst, ProposesNothingTwice) {
  SpaceRules rules;
  rules.op_names.push_back({"conv3d_2", {}});
  rules.op_names.back().options.precisions = {Precision::int8};
  const TuningSpace space(
      {default_layer_spec("conv3d_1", "conv", true), default_layer_spec("conv3d_2", "conv", true)},
      rules, "run.json");
  const TailFirstStrategy strategy{LevelTable(space, {}, Objective::fastest)};
  EXPECT_EQ(strategy.remaining_at_most({}), 2U);
}

/// A network whose only delicate layer is the last: the second trial meets the target.
TEST(TailFirst, IsRunByTheTuningLoop) {
  const TuningSpace space = testing::ladder_space();
  const TailFirstStrategy strategy{LevelTable(space, {}, Objective::fastest)};
  TuneOptions options;
  options.criterion.tolerable_loss = 0.5;
  TuneCallbacks callbacks;
  callbacks.evaluate = [](const TuningConfig& config) {
    const bool delicate = config.layers().back().choice.precision != Precision::fp32;
    return Evaluation{.loss = delicate ? 1.0 : 0.0};
  };
  const TuneResult result = tune(strategy, options, callbacks);
  EXPECT_TRUE(result.target_met);
  EXPECT_EQ(result.best, 1U);
}
// [/test]

}  // namespace
}  // namespace caloquant
