#include "calibration/observers/local_error.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace caloquant {
namespace {

ValueDistribution distribution_of(const std::vector<float>& values) {
  ValueDistribution distribution;
  distribution.add(values, extremes_of(values));
  return distribution;
}

/// Middles of bins of 1/128, as for a largest value of 255.
constexpr float one = 1.0F + 1.0F / 256.0F;

/// Steps of 3: `one` becomes 0, 255 stays.
TEST(LocalError, OfRoundingByHand) {
  const ValueDistribution distribution = distribution_of({one, one, one, 255.0F, 0.0F});
  const LocalError error = local_error(distribution, {DType::u8, 3.0F, 0});
  const double x = one;
  const double sum = 3.0 * x + 255.0;
  const double scatter = 3.0 * x * x + 255.0 * 255.0 - sum * sum / 5.0;
  EXPECT_NEAR(error.noise, 3.0 * x * x / scatter, 1e-12);
  EXPECT_NEAR(error.energy, (3.0 * x / sum) * (3.0 * x / sum), 1e-12);
  EXPECT_EQ(error.total(), error.noise + error.energy);
}

/// A core of 255 that is clipped to 127.5: what is missing of the sum counts.
TEST(LocalError, OfClippingByHand) {
  const ValueDistribution distribution = distribution_of({one, one, 255.0F});
  const LocalError error = local_error(distribution, {DType::u8, 0.5F, 0});
  const double rounded = 1.0 - static_cast<double>(one);
  const double sum = 2.0 * static_cast<double>(one) + 255.0;
  const double response = (2.0 * rounded - 127.5) / sum;
  EXPECT_NEAR(error.energy, response * response, 1e-12);
}

/// What is negative is no energy, whatever becomes of it; what was positive counts.
TEST(LocalError, OfEnergyLooksAtPositiveValues) {
  const ValueDistribution distribution = distribution_of({-200.0F, one, 255.0F});
  EXPECT_EQ(local_error(distribution, {DType::u8, one, 0}).energy,
            local_error(distribution_of({one, 255.0F}), {DType::u8, one, 0}).energy);
  const ValueDistribution negative = distribution_of({-200.0F, -1.0F});
  EXPECT_EQ(local_error(negative, {DType::s8, 0.5F, 0}).energy, 0.0);
  EXPECT_GT(local_error(negative, {DType::s8, 0.5F, 0}).noise, 0.0);
}

TEST(LocalError, OfEqualValuesIsRelativeToTheirSquare) {
  const ValueDistribution distribution = distribution_of(std::vector<float>(1000, 3.0F));
  EXPECT_NEAR(local_error(distribution, {DType::u8, 2.0F, 0}).noise, 1.0 / 9.0, 1e-12);
  EXPECT_EQ(local_error(distribution, {DType::u8, 1.0F, 0}).total(), 0.0);
}

TEST(LocalError, OfNothingIsNone) {
  EXPECT_EQ(local_error({}, {DType::u8, 1.0F, 0}).total(), 0.0);
  EXPECT_EQ(local_error(distribution_of({0.0F, 0.0F}), {DType::u8, 1.0F, 0}).total(), 0.0);
}

}  // namespace
}  // namespace caloquant
