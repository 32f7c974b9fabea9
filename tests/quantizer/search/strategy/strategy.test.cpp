#include <gmock/gmock.h>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>

#include <cmath>
#include <limits>

#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Trial with_loss(double loss) {
  Trial trial;
  trial.loss = loss;
  return trial;
}

TEST(Better, PrefersTheBetterLoss) {
  EXPECT_TRUE(better(with_loss(1.0), with_loss(2.0), false));
  EXPECT_FALSE(better(with_loss(2.0), with_loss(1.0), false));
  EXPECT_TRUE(better(with_loss(2.0), with_loss(1.0), true));
  EXPECT_FALSE(better(with_loss(1.0), with_loss(1.0), false));
}

TEST(Better, RanksNaNAndInfinityBelowNumbersAndAboveErrors) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const bool higher : {false, true}) {
    for (const double odd : {std::nan(""), infinity, -infinity}) {
      EXPECT_TRUE(better(with_loss(1e9), with_loss(odd), higher));
      EXPECT_FALSE(better(with_loss(odd), with_loss(1e9), higher));
      EXPECT_FALSE(better(with_loss(odd), with_loss(odd), higher));
      Trial failed;
      failed.error = "no memory";
      EXPECT_TRUE(better(with_loss(odd), failed, higher));
      EXPECT_FALSE(better(failed, with_loss(odd), higher));
    }
  }
}

TEST(MakeStrategy, KnowsItsNames) {
  for (const std::string& name : strategy_names()) {
    EXPECT_EQ(make_strategy({name, false}, testing::talk_space())->name(), name);
  }
}

TEST(MakeStrategy, RejectsAnUnknownName) {
  EXPECT_THAT(testing::message_of([] {
                static_cast<void>(make_strategy({"bayes", false}, testing::talk_space()));
              }),
              AllOf(HasSubstr("bayes"), HasSubstr("basic")));
}

TEST(StrategyTraits, AreThoseOfTheTable) {
  EXPECT_EQ(strategy_traits("basic"), StrategyTraits{});
  for (const std::string& name : strategy_names()) {
    const StrategyTraits traits = strategy_traits(name);
    EXPECT_EQ(traits.searches_ladder, name != "basic") << name;
    EXPECT_EQ(traits.wants_layer_costs, name != "basic") << name;
    EXPECT_EQ(traits.tries_corrections, name == "auto") << name;
    const auto strategy = make_strategy({name, false}, testing::talk_space());
    EXPECT_EQ(strategy->prefers_most_layers(), name == "basic") << name;
  }
}

TEST(StrategyTraits, OfAnUnknownNameAreAnError) {
  EXPECT_THAT(testing::message_of([] { static_cast<void>(strategy_traits("bayes")); }),
              AllOf(HasSubstr("bayes"), HasSubstr("basic")));
}

}  // namespace
}  // namespace caloquant
