#include "quantizer/evaluate/energy_response.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace caloquant {
namespace {

// Two bins, 100 and 200 GeV: ratios (1.1 + 2.2) / 3 and 1, with the error of paired events.
TEST(EnergyResponse, ByHand) {
  const std::vector<double> primaries{100, 100, 200, 200};
  const std::vector<double> reference{1.0, 2.0, 5.0, 5.0};
  const std::vector<double> model{1.1, 2.2, 4.0, 6.0};
  const auto found = energy_response(model, reference, primaries);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].bin, "100 GeV");
  EXPECT_NEAR(found[0].ratio, 1.1, 1e-12);
  EXPECT_NEAR(found[0].standard_error, 0.0, 1e-12);  // both events by the same factor
  EXPECT_EQ(found[1].events, 2U);
  EXPECT_NEAR(found[1].ratio, 1.0, 1e-12);
  // Residuals -1 and 1: sqrt(2 * 2 / 1) / 10.
  EXPECT_NEAR(found[1].standard_error, 0.2, 1e-12);
}

TEST(EnergyResponse, OfADeadReferenceIsNoNumber) {
  const std::vector<double> primaries{100, 100};
  const std::vector<double> none{0.0, 0.0};
  EXPECT_TRUE(std::isnan(energy_response(none, none, primaries).at(0).ratio));
}

}  // namespace
}  // namespace caloquant
