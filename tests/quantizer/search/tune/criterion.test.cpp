#include "quantizer/search/tune/criterion.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <cmath>
#include <limits>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

AccuracyCriterion criterion(CriterionKind kind, double tolerance, bool higher) {
  return {.higher_is_better = higher, .kind = kind, .tolerable_loss = tolerance};
}

TEST(TargetLoss, IsAsDocumented) {
  // Powers of two: every product and sum is exact.
  EXPECT_EQ(target_loss(criterion(CriterionKind::absolute, 0.25, false), 1.0), 1.25);
  EXPECT_EQ(target_loss(criterion(CriterionKind::absolute, 0.25, true), 1.0), 0.75);
  EXPECT_EQ(target_loss(criterion(CriterionKind::relative, 0.25, false), 2.0), 2.5);
  EXPECT_EQ(target_loss(criterion(CriterionKind::relative, 0.25, true), 2.0), 1.5);
  EXPECT_EQ(target_loss(criterion(CriterionKind::absolute, 0.25, false), 0.0), 0.25);
}

TEST(TargetLoss, OfANegativeBaselineStillAllowsALoss) {
  EXPECT_EQ(target_loss(criterion(CriterionKind::relative, 0.25, false), -2.0), -1.5);
  EXPECT_EQ(target_loss(criterion(CriterionKind::relative, 0.25, true), -2.0), -2.5);
}

TEST(TargetLoss, RejectsARelativeCriterionOfAZeroBaseline) {
  EXPECT_THAT(testing::message_of([] {
                static_cast<void>(target_loss(criterion(CriterionKind::relative, 0.1, false), 0.0));
              }),
              ::testing::AllOf(::testing::HasSubstr("/accuracy_criterion/criterion"),
                               ::testing::HasSubstr("absolute")));
}

TEST(TargetLoss, RejectsABaselineThatIsNotFinite) {
  EXPECT_THROW(
      static_cast<void>(target_loss(criterion(CriterionKind::absolute, 0.1, false), std::nan(""))),
      DataError);
}

TEST(Meets, IsInclusiveAndNeverTrueForWhatIsNotFinite) {
  const AccuracyCriterion lower = criterion(CriterionKind::absolute, 0.0, false);
  const AccuracyCriterion higher = criterion(CriterionKind::absolute, 0.0, true);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(meets(lower, 1.0, 1.0));
  EXPECT_FALSE(meets(lower, std::nextafter(1.0, 2.0), 1.0));
  EXPECT_TRUE(meets(higher, 1.0, 1.0));
  EXPECT_FALSE(meets(higher, std::nextafter(1.0, 0.0), 1.0));
  for (const double odd : {std::nan(""), infinity, -infinity}) {
    EXPECT_FALSE(meets(lower, odd, 1.0));
    EXPECT_FALSE(meets(higher, odd, 1.0));
  }
}

}  // namespace
}  // namespace caloquant
