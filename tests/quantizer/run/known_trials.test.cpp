#include "quantizer/run/known_trials.hpp"

#include <gtest/gtest.h>

#include "tests/quantizer/search/space/layers.hpp"

namespace caloquant {
namespace {

// basic tries its four combinations; from which one it falls back depends on the losses.
TEST(KnownTrials, OfBasicAreTheCombinations) {
  const TuningSpace space = testing::talk_space();
  const auto basic = make_strategy({"basic"}, space);
  const std::vector<TuningConfig> combinations = space.op_type_combinations();
  const std::vector<Proposal> known = known_trials(*basic, 100);
  ASSERT_EQ(known.size(), combinations.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(known[i].config, combinations[i]);
  }
  EXPECT_EQ(known_trials(*basic, 2).size(), 2U);
}

// random takes no notice of losses: all it will ever do is known.
TEST(KnownTrials, OfRandomAreAll) {
  const TuningSpace space = testing::talk_space();
  const auto random = make_strategy({"random"}, space);
  const std::vector<Proposal> known = known_trials(*random, 12);
  ASSERT_EQ(known.size(), 12U);
  EXPECT_EQ(known.front().config, random->next({})->config);
}

}  // namespace
}  // namespace caloquant
