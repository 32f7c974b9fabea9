#include "calibration/showers/shower_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant::showers {
namespace {

constexpr std::size_t side = 51;
constexpr std::size_t depth = 25;
constexpr std::size_t large_cells = side * side * depth;
constexpr std::size_t small_cells = std::size_t{25} * 25 * depth;
constexpr std::size_t observable_count = 12;
using Observables = std::array<double, observable_count>;
constexpr std::array<const char*, observable_count> names = {
    "SF %",           "<z>",     "M2z",   "M2x",  "M2y", "R1", "R2", "R3",
    "hits > 0.3 MeV", "nonzero", "max/E", "angle"};

struct Moments {
  double mean = 0.0;
  double second = 0.0;  ///< central
};

/// Of the bin number j, without a half, as in the 3DGAN analysis.
template <typename Profile>
Moments moments(const Profile& profile, double total) {
  Moments result;
  for (std::size_t j = 0; j < profile.size(); ++j) {
    result.mean += static_cast<double>(j) * profile[j] / total;
  }
  for (std::size_t j = 0; j < profile.size(); ++j) {
    const double distance = static_cast<double>(j) - result.mean;
    result.second += distance * distance * profile[j] / total;
  }
  return result;
}

/// Slice sums, barycentres of the layers and counts of one image.
struct Profiles {
  std::array<double, side> x{};
  std::array<double, side> y{};
  std::array<double, depth> z{};
  std::array<double, depth> x_of_layer{};  ///< energy-weighted sums of x + 1/2
  std::array<double, depth> y_of_layer{};
  double total = 0.0;
  double largest = 0.0;
  int hits = 0;
  int nonzero = 0;

  explicit Profiles(const std::vector<float>& image) {
    for (std::size_t i = 0; i < image.size(); ++i) {
      const auto e = static_cast<double>(image[i]);
      if (e == 0.0) {
        continue;
      }
      const std::size_t ix = i / (side * depth);
      const std::size_t iy = i / depth % side;
      const std::size_t iz = i % depth;
      x[ix] += e;
      y[iy] += e;
      z[iz] += e;
      x_of_layer[iz] += e * (static_cast<double>(ix) + 0.5);
      y_of_layer[iz] += e * (static_cast<double>(iy) + 0.5);
      total += e;
      largest = std::max(largest, e);
      hits += e > 3e-4 ? 1 : 0;
      ++nonzero;
    }
  }
};

/// Shower angle [degrees] from the layers' barycentres, as measured in the 3DGAN analysis.
double measured_angle(const Profiles& p) {
  double xr = 0.0;
  double yr = 0.0;
  double zr = 0.0;
  for (std::size_t k = 0; k < depth; ++k) {
    xr += p.x_of_layer[k] / p.total;
    yr += p.y_of_layer[k] / p.total;
    zr += p.z[k] * (static_cast<double>(k) + 0.5) / p.total;
  }
  double weighted = 0.0;
  double weight = 0.0;
  for (std::size_t k = 0; k < depth; ++k) {
    if (p.z[k] <= 0.0) {
      continue;
    }
    const double z = static_cast<double>(k) + 0.5;
    const double along = std::hypot(p.x_of_layer[k] / p.z[k] - xr, z - zr);
    const double slope = (p.y_of_layer[k] / p.z[k] - yr) / along * (z < zr ? -1.0 : 1.0);
    weighted += z * (0.5 * std::numbers::pi - std::atan(slope));
    weight += z;
  }
  return weighted / weight * 180.0 / std::numbers::pi;
}

Observables observe(const Profiles& p, double energy) {
  const auto ratio = [&](std::size_t first, std::size_t last) {
    double sum = 0.0;
    for (std::size_t k = first; k < last; ++k) {
      sum += p.z[k];
    }
    return sum / p.total;
  };
  const Moments z = moments(p.z, p.total);
  return {100.0 * p.total / energy,
          z.mean,
          z.second,
          moments(p.x, p.total).second,
          moments(p.y, p.total).second,
          ratio(0, 8),
          ratio(8, 16),
          ratio(16, 25),
          static_cast<double>(p.hits),
          static_cast<double>(p.nonzero) / static_cast<double>(large_cells),
          p.largest / energy,
          measured_angle(p)};
}

/// Reference numbers of 300 showers of an independent prototype, and the last digit printed.
struct Reference {
  double energy;  ///< [GeV]
  double angle;   ///< [degrees]
  double rms_over_mean;
  std::size_t peak;
  Observables means;
};
constexpr double reference_events = 300.0;
constexpr Observables last_digit = {1e-3, 1e-2, 1e-1, 1e-2, 1e-2, 1e-3,
                                    1e-3, 1e-3, 1.0,  1e-4, 1e-5, 1e-1};
// clang-format off
const std::array<Reference, 7> references = {{
    {10, 90, 0.075, 9, {2.178, 10.09, 20.6, 2.82, 2.83, 0.326, 0.533, 0.141, 129, 0.0032, 0.00119, 90.0}},
    {50, 90, 0.059, 11, {2.024, 11.87, 21.5, 2.68, 2.68, 0.197, 0.567, 0.237, 363, 0.0085, 0.00081, 90.0}},
    {100, 90, 0.053, 11, {1.961, 12.52, 21.5, 2.70, 2.71, 0.157, 0.566, 0.277, 558, 0.0128, 0.00075, 89.9}},
    {100, 60, 0.044, 10, {2.110, 11.34, 19.2, 2.87, 9.30, 0.213, 0.596, 0.190, 609, 0.0137, 0.00087, 61.5}},
    {200, 90, 0.057, 13, {1.888, 13.22, 21.2, 2.70, 2.70, 0.120, 0.552, 0.328, 834, 0.0188, 0.00067, 90.1}},
    {400, 90, 0.061, 14, {1.807, 13.91, 20.9, 2.73, 2.74, 0.090, 0.529, 0.381, 1223, 0.0271, 0.00061, 90.0}},
    {400, 60, 0.045, 12, {1.986, 12.62, 19.5, 2.92, 9.81, 0.136, 0.591, 0.273, 1405, 0.0304, 0.00074, 61.3}},
}};
// clang-format on

struct Sample {
  Observables mean{};
  Observables spread{};  ///< standard deviation
  double rms_over_mean = 0.0;
  std::array<double, depth> profile{};         ///< mean energy of a layer
  std::array<double, depth> profile_spread{};  ///< its standard deviation
};

double spread_of(double sum_of_squares, double mean, int events) {
  return std::sqrt(std::max(0.0, sum_of_squares / events - mean * mean));
}

Sample simulate(double energy, double angle_deg, int events) {
  const ShowerModel model(static_cast<std::int64_t>(side));
  SpotList scratch;
  std::vector<float> image(large_cells);
  Sample sample;
  for (int event = 0; event < events; ++event) {
    model.generate(2023, static_cast<std::uint64_t>(event), energy,
                   angle_deg * std::numbers::pi / 180.0, scratch, image);
    const Profiles p(image);
    const Observables values = observe(p, energy);
    for (std::size_t k = 0; k < depth; ++k) {
      sample.profile[k] += p.z[k];
      sample.profile_spread[k] += p.z[k] * p.z[k];
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      sample.mean[i] += values[i];
      sample.spread[i] += values[i] * values[i];
    }
  }
  for (std::size_t i = 0; i < observable_count; ++i) {
    sample.mean[i] /= events;
    sample.spread[i] = spread_of(sample.spread[i], sample.mean[i], events);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    sample.profile[k] /= events;
    sample.profile_spread[k] = spread_of(sample.profile_spread[k], sample.profile[k], events);
  }
  sample.rms_over_mean = sample.spread[0] / sample.mean[0];
  return sample;
}

/// Both tables are means of finite samples: the standard error of their difference is
/// s sqrt(1/n + 1/300), s the spread from shower to shower; for rms/mean it is
/// rms/mean sqrt(1/2n + 1/600). Four of them and half a unit of the last printed digit (seed fixed:
/// no false alarms). The mean of the seven independent pulls of the sampling fraction, the best
/// known number, must be within 4/sqrt 7: a common error of 0.8 %.
TEST(ShowerModelTest, AgreesWithTheReferenceTable) {
  constexpr int events = 150;
  double pulls = 0.0;
  for (const Reference& reference : references) {
    const Sample sample = simulate(reference.energy, reference.angle, events);
    const std::string point =
        std::to_string(reference.energy) + " GeV, " + std::to_string(reference.angle) + " degrees";
    for (std::size_t i = 0; i < observable_count; ++i) {
      const double error = sample.spread[i] * std::sqrt(1.0 / events + 1.0 / reference_events);
      EXPECT_NEAR(sample.mean[i], reference.means[i], 4.0 * error + 0.5 * last_digit[i])
          << names[i] << " at " << point;
      pulls += i == 0 ? (sample.mean[i] - reference.means[i]) / error : 0.0;
    }
    const double error = sample.rms_over_mean * std::sqrt(0.5 / events + 0.5 / reference_events);
    EXPECT_NEAR(sample.rms_over_mean, reference.rms_over_mean, 4.0 * error + 0.0005) << point;
    // The profile is flat at its maximum: the reference's layer must be as high as the highest one
    // within the errors of both.
    const auto peak =
        static_cast<std::size_t>(std::ranges::max_element(sample.profile) - sample.profile.begin());
    const double peak_error =
        std::hypot(sample.profile_spread[peak], sample.profile_spread[reference.peak]) *
        std::sqrt(1.0 / events + 1.0 / reference_events);
    EXPECT_LT(sample.profile[peak] - sample.profile[reference.peak], 4.0 * peak_error) << point;
  }
  EXPECT_LT(std::abs(pulls / 7.0), 4.0 / std::sqrt(7.0));
}

class ShowerModelProperties : public testing::PropertyTest {};

/// The smaller window is the middle of the larger one: 13 cells less on each side.
TEST_F(ShowerModelProperties, TheWindowOnlyCuts) {
  const ShowerModel large(51);
  const ShowerModel small(25);
  SpotList scratch;
  std::vector<float> large_image(large_cells);
  std::vector<float> small_image(small_cells);
  large.generate(seed, 1, 50.0, 1.5, scratch, large_image);
  small.generate(seed, 1, 50.0, 1.5, scratch, small_image);
  for (std::size_t x = 0; x < 25; ++x) {
    for (std::size_t y = 0; y < 25; ++y) {
      for (std::size_t z = 0; z < depth; ++z) {
        ASSERT_EQ(small_image[(x * 25 + y) * depth + z],
                  large_image[((x + 13) * 51 + y + 13) * depth + z]);
      }
    }
  }
}

TEST_F(ShowerModelProperties, AnImageDependsOnlyOnItsArguments) {
  const ShowerModel model(25);
  SpotList scratch;
  std::vector<float> first(small_cells);
  std::vector<float> again(first.size(), 7.0F);
  model.generate(seed, 5, 20.0, 1.2, scratch, first);
  model.generate(seed, 6, 20.0, 1.2, scratch, again);
  EXPECT_NE(again, first);
  model.generate(seed, 5, 20.0, 1.2, scratch, again);
  EXPECT_EQ(again, first);
  model.generate(seed + 1, 5, 20.0, 1.2, scratch, again);
  EXPECT_NE(again, first);
}

/// Cells are finite and not negative, and the visible energy stays below the largest share.
TEST_F(ShowerModelProperties, CellsAreFiniteAndNotNegative) {
  const ShowerModel model(51);
  SpotList scratch;
  std::vector<float> image(large_cells);
  for (std::uint64_t event = 0; event < 20; ++event) {
    const double energy = static_cast<double>(testing::uniform(random, 1.0F, 500.0F));
    const double theta = static_cast<double>(testing::uniform(random, 0.8F, 2.3F));
    model.generate(seed, event, energy, theta, scratch, image);
    double sum = 0.0;
    for (const float cell : image) {
      ASSERT_TRUE(std::isfinite(cell) && cell >= 0.0F);
      sum += static_cast<double>(cell);
    }
    EXPECT_GT(sum, 0.0);
    // 2.4 % of a thin layer is the most on average; a factor of 2 is many standard deviations (8 %
    // at 10 GeV, 25 % at 1 GeV).
    EXPECT_LT(sum, 2.5 * 0.024 * energy);
  }
}

}  // namespace
}  // namespace caloquant::showers
