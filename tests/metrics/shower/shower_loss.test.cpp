#include "metrics/shower/shower_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/metrics/shower/sample.hpp"
#include "tests/metrics/shower/shower_goldens.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::golden_images;
using testing::loss_goldens;
using testing::LossGolden;
using testing::profiles_of;

constexpr EnergyUnits network{.scale = 50.0, .power = 0.85};
constexpr ImageExtents golden_extents{3, 4, 5};
constexpr std::size_t golden_events = 45;

ShowerProfiles golden_sample(std::uint64_t seed, const LossGolden& golden) {
  return profiles_of({golden_extents, golden_events, golden.profile, golden.batch_size,
                      convert_cells(network, units_of_loss(golden.units, network))},
                     golden_images(seed, golden_events, golden_extents));
}

/// Two events each of [1, 1, 2]: test {1, 3}, {3, 9}; reference {1, 3}, {1, 3} -> spread 0.
/// mean: x, y 8 - 4 = 4 -> 16 each; z (1^2 + 3^2) / 2 = 5.
/// variance: x, y 16^2 = 256; z (1^2 + 9^2) / 2 = 41.
TEST(ShowerLoss, ByHand) {
  const ShowerProfiles::Spec spec{.extents = {1, 1, 2}, .events = 2};
  const ShowerLossResult result =
      shower_loss(profiles_of(spec, {1, 3, 3, 9}), profiles_of(spec, {1, 3, 1, 3}), {});
  EXPECT_EQ(result.axes[0].mean, 16.0);
  EXPECT_EQ(result.axes[1].mean, 16.0);
  EXPECT_EQ(result.axes[2].mean, 5.0);
  EXPECT_EQ(result.axes[0].spread, 256.0);
  EXPECT_EQ(result.axes[2].spread, 41.0);
  EXPECT_EQ(result.value, 16.0 + 16.0 + 5.0 + 256.0 + 256.0 + 41.0);
  EXPECT_EQ(result.loss, result.value);
  EXPECT_EQ(result.dead_output, 16.0 + 16.0 + (1.0 + 9.0) / 2.0);
  EXPECT_EQ(result.relative_to_dead, result.loss / 37.0);
  EXPECT_EQ(result.events, 2U);
  EXPECT_FALSE(result.standard_error);
}

class ShowerLossGolden : public ::testing::TestWithParam<LossGolden> {};

/// Rounding: a profile carries some 60 * 45 additions of 1.1e-16 at worst, 3e-13 of its size; it
/// enters through differences that are sqrt(loss / dead_output) > 0.01 of it, and the jackknife
/// through differences of losses about a tenth of a loss: 3e-13 / 0.01 * 2 * 10 < 1e-9.
TEST_P(ShowerLossGolden, EqualsNumpy) {
  const LossGolden& golden = GetParam();
  const ShowerProfiles test = golden_sample(1, golden);
  const ShowerProfiles reference = golden_sample(5000, golden);
  ShowerLossOptions options{.reference = LossReference::dataset,
                            .profile = golden.profile,
                            .spread = golden.spread,
                            .batch_size = golden.batch_size,
                            .units = golden.units};
  const ShowerLossResult result = shower_loss(test, reference, options);
  constexpr double tolerance = 1e-9;
  EXPECT_NEAR(result.value, golden.loss, tolerance * golden.loss);
  EXPECT_NEAR(result.dead_output, golden.dead_output, tolerance * golden.dead_output);
  ASSERT_TRUE(result.standard_error);
  EXPECT_NEAR(*result.standard_error, golden.joint_error, tolerance * golden.joint_error);
  EXPECT_EQ(result.noise.has_value(), golden.noise > 0.0);
  EXPECT_NEAR(result.noise.value_or(0.0), golden.noise, tolerance * golden.noise);
  EXPECT_TRUE(result.trusted());

  options.reference = LossReference::fp32;
  const ShowerLossResult apart = shower_loss(test, reference, options);
  EXPECT_EQ(apart.value, result.value);
  EXPECT_NEAR(apart.standard_error.value(), golden.quadrature_error,
              tolerance * golden.quadrature_error);

  options.reference = LossReference::fp32_paired;
  const ShowerLossResult paired = shower_loss(test, reference, options);
  EXPECT_EQ(paired.standard_error, result.standard_error);
  EXPECT_FALSE(paired.noise);
}

INSTANTIATE_TEST_SUITE_P(Variants, ShowerLossGolden, ::testing::ValuesIn(loss_goldens));

TEST(ShowerLoss, OfASampleWithItselfIsZeroWithoutError) {
  const ShowerProfiles sample = golden_sample(1, loss_goldens.front());
  const ShowerLossResult result = shower_loss(sample, sample, {});
  EXPECT_EQ(result.value, 0.0);
  EXPECT_EQ(result.standard_error, 0.0);
  EXPECT_GT(result.dead_output, 0.0);
}

TEST(ShowerLoss, DeadOutputIsTheLossOfZeros) {
  for (const LossGolden& golden : loss_goldens) {
    const ShowerLossOptions options{.profile = golden.profile,
                                    .spread = golden.spread,
                                    .batch_size = golden.batch_size,
                                    .units = golden.units};
    const ShowerProfiles reference = golden_sample(1, golden);
    const ShowerProfiles zeros = profiles_of(
        reference.spec(), std::vector<float>(golden_events * cell_count(golden_extents)));
    const ShowerLossResult result = shower_loss(zeros, reference, options);
    EXPECT_EQ(result.value, result.dead_output);
    EXPECT_EQ(result.relative_to_dead, 1.0);
    EXPECT_EQ(result.suspect, std::vector<std::string>{"every output cell is zero"});
  }
}

TEST(ShowerLoss, NormalisationDividesByTheDeadOutput) {
  const ShowerProfiles test = golden_sample(1, loss_goldens.front());
  const ShowerProfiles reference = golden_sample(5000, loss_goldens.front());
  const ShowerLossResult raw = shower_loss(test, reference, {});
  const ShowerLossResult ratio =
      shower_loss(test, reference, {.normalisation = LossNormalisation::zero_output});
  EXPECT_EQ(ratio.loss, raw.loss);
  EXPECT_EQ(ratio.value, raw.loss / raw.dead_output);
  EXPECT_EQ(ratio.value, raw.relative_to_dead);
  // The dead-output loss of this sample scatters by some percent between blocks.
  EXPECT_NEAR(ratio.standard_error.value(), raw.standard_error.value() / raw.dead_output,
              0.1 * ratio.standard_error.value());
}

TEST(ShowerLoss, SamplesOfDifferentSizes) {
  const LossGolden& golden = loss_goldens.front();
  const ShowerProfiles test = golden_sample(1, golden);
  ShowerProfiles::Spec spec = test.spec();
  spec.events = 100;
  const ShowerProfiles reference = profiles_of(spec, golden_images(5000, 100, golden_extents));
  const ShowerLossResult dataset =
      shower_loss(test, reference, {.reference = LossReference::dataset});
  const ShowerLossResult fp32 = shower_loss(test, reference, {.reference = LossReference::fp32});
  EXPECT_EQ(dataset.reference_events, 100U);
  EXPECT_EQ(dataset.standard_error, fp32.standard_error);
}

class ShowerLossTrust : public ::testing::Test {
 protected:
  using Reasons = std::vector<std::string>;
  static constexpr std::size_t events = 40;
  static constexpr ImageExtents extents{2, 2, 2};

  static ShowerLossResult result_of(const std::vector<float>& test,
                                    const std::vector<float>& reference) {
    const std::size_t count = test.size() / cell_count(extents);
    const ShowerProfiles::Spec spec{.extents = extents, .events = count};
    return shower_loss(profiles_of(spec, test), profiles_of(spec, reference), {});
  }

  std::vector<float> good = golden_images(7, events, extents);
  std::vector<float> other = golden_images(70, events, extents);
};

TEST_F(ShowerLossTrust, FortyGoodEventsAreTrusted) {
  EXPECT_EQ(result_of(good, other).suspect, Reasons{});
  EXPECT_TRUE(result_of(good, other).trusted());
}

TEST_F(ShowerLossTrust, TooFewEvents) {
  good.resize(39 * cell_count(extents));
  other.resize(good.size());
  EXPECT_EQ(result_of(good, other).suspect, Reasons{"too few events: 39, at least 40 are needed"});
  EXPECT_FALSE(result_of(good, other).trusted());
}

TEST_F(ShowerLossTrust, OutputThatIsNotFinite) {
  good[3] = std::numeric_limits<float>::quiet_NaN();
  good[11] = std::numeric_limits<float>::infinity();
  const ShowerLossResult result = result_of(good, other);
  EXPECT_EQ(result.suspect, Reasons{"2 output cells are not finite"});
  EXPECT_TRUE(std::isnan(result.value));
  EXPECT_TRUE(std::isnan(result.axes[1].mean));
  EXPECT_FALSE(result.standard_error);
  EXPECT_EQ(result.dead_output, result_of(other, other).dead_output);
}

TEST_F(ShowerLossTrust, ReferenceThatIsNotFinite) {
  other[3] = std::numeric_limits<float>::quiet_NaN();
  const ShowerLossResult result = result_of(good, other);
  EXPECT_EQ(result.suspect, Reasons{"1 reference cell is not finite"});
  EXPECT_TRUE(std::isnan(result.value));
  EXPECT_TRUE(std::isnan(result.dead_output));
}

TEST_F(ShowerLossTrust, ReferenceWithoutVariance) {
  std::fill(other.begin(), other.end(), 0.5F);
  EXPECT_EQ(result_of(good, other).suspect, Reasons{"the reference has zero variance"});
}

/// There is nothing to divide by: NaN, not infinity or 0.
TEST_F(ShowerLossTrust, ReferenceOfZeros) {
  std::fill(other.begin(), other.end(), 0.0F);
  const ShowerLossResult result = result_of(good, other);
  EXPECT_EQ(result.dead_output, 0.0);
  EXPECT_TRUE(std::isnan(result.relative_to_dead));
  EXPECT_GT(result.value, 0.0);
}

using ShowerLossProperty = testing::PropertyTest;

AxisLoss total_of(const ShowerLossResult& result) {
  AxisLoss total;
  for (const AxisLoss& axis : result.axes) {
    total.mean += axis.mean;
    total.spread += axis.spread;
  }
  return total;
}

/// Other units by a factor s: the mean part goes with s^2, the standard deviation too, the variance
/// with s^4. A power of two changes no rounding.
TEST_F(ShowerLossProperty, UnitsScaleThePartsByTheirPowers) {
  const double s = std::ldexp(1.0, testing::uniform_int(random, -8, 8));
  const auto images = golden_images(static_cast<std::uint64_t>(seed % 1000), 50, {3, 3, 3});
  const auto others = golden_images(static_cast<std::uint64_t>(seed % 1000) + 2000, 50, {3, 3, 3});
  for (const LossProfile profile : {LossProfile::sum, LossProfile::cell}) {
    const ShowerProfiles::Spec one{{3, 3, 3}, 50, profile, 0, {1.0, 1.0}};
    const ShowerProfiles::Spec scaled{{3, 3, 3}, 50, profile, 0, {s, 1.0}};
    for (const LossSpread spread : {LossSpread::variance, LossSpread::stddev}) {
      const ShowerLossOptions options{.profile = profile, .spread = spread};
      const AxisLoss before =
          total_of(shower_loss(profiles_of(one, images), profiles_of(one, others), options));
      const AxisLoss after =
          total_of(shower_loss(profiles_of(scaled, images), profiles_of(scaled, others), options));
      EXPECT_EQ(after.mean, before.mean * s * s);
      const double power = spread == LossSpread::variance ? s * s * s * s : s * s;
      EXPECT_EQ(after.spread, before.spread * power);
    }
  }
}

/// Outputs too small by the fraction d: d^2 of the dead-output parts, (1 - (1 - d)^2)^2 for the
/// variance. Rounding: 3e-13 of a profile (see EqualsNumpy) over a difference of d >= 0.01 of it.
TEST_F(ShowerLossProperty, AScaleErrorIsAFractionOfTheDeadOutput) {
  const auto images = golden_images(static_cast<std::uint64_t>(seed % 1000), 50, {3, 3, 3});
  for (const double d : {0.01, 0.05, 0.5, 1.0, -1.0}) {
    const ShowerProfiles::Spec one{{3, 3, 3}, 50, LossProfile::sum, 0, {1.0, 1.0}};
    const ShowerProfiles::Spec small{{3, 3, 3}, 50, LossProfile::sum, 0, {1.0 - d, 1.0}};
    const ShowerProfiles::Spec dead{{3, 3, 3}, 50, LossProfile::sum, 0, {0.0, 1.0}};
    const ShowerProfiles reference = profiles_of(one, images);
    for (const LossSpread spread : {LossSpread::variance, LossSpread::stddev}) {
      const ShowerLossOptions options{.spread = spread};
      const AxisLoss parts = total_of(shower_loss(profiles_of(small, images), reference, options));
      const AxisLoss zero = total_of(shower_loss(profiles_of(dead, images), reference, options));
      const double of_spread = spread == LossSpread::stddev ? d * d : std::pow(d * (2.0 - d), 2);
      EXPECT_NEAR(parts.mean, d * d * zero.mean, 1e-9 * zero.mean * d * d);
      EXPECT_NEAR(parts.spread, of_spread * zero.spread, 1e-9 * zero.spread * of_spread);
    }
  }
}

/// Independent samples of one distribution: the mean loss is the predicted noise. The loss of a
/// pair scatters by about its own size at most, so that 400 pairs give the mean to 5 %: 5 standard
/// errors are 25 %. The prediction is of the order 1/N: the next order is 1/50 of it.
TEST_F(ShowerLossProperty, NoiseIsTheMeanLossOfEqualSamples) {
  constexpr std::size_t events = 50;
  constexpr int pairs = 400;
  const ShowerProfiles::Spec spec{.extents = {2, 2, 2}, .events = events};
  std::gamma_distribution<float> gamma(2.0F);
  const auto sample = [&] {
    std::vector<float> images(events * 8);
    std::generate(images.begin(), images.end(), [&] { return gamma(random); });
    return profiles_of(spec, images);
  };
  for (const LossSpread spread : {LossSpread::variance, LossSpread::stddev}) {
    const ShowerLossOptions options{.reference = LossReference::fp32, .spread = spread};
    double losses = 0.0;
    double squares = 0.0;
    double noise = 0.0;
    for (int pair = 0; pair < pairs; ++pair) {
      const ShowerLossResult result = shower_loss(sample(), sample(), options);
      losses += result.loss / pairs;
      squares += result.loss * result.loss / pairs;
      noise += result.noise.value() / pairs;
    }
    const double error = std::sqrt((squares - losses * losses) / pairs);
    EXPECT_NEAR(losses, noise, 5.0 * error + 0.1 * noise);
  }
}

}  // namespace
}  // namespace caloquant
