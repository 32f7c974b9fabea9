#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "metrics/physics/shower_sample.hpp"
#include "tests/metrics/shower/sample.hpp"

namespace caloquant::testing {

inline constexpr ImageExtents physics_extents{5, 6, 9};
inline constexpr std::size_t physics_events = 60;
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Images [60, 5, 6, 9] in GeV, the same as images() of physics_goldens.py.
[[nodiscard]] inline std::vector<float> physics_images(std::uint64_t seed) {
  std::vector<float> images = golden_images(seed, physics_events, physics_extents);
  for (float& cell : images) {
    const float square = cell * cell;
    cell = square * square;
  }
  return images;
}

[[nodiscard]] inline std::vector<double> physics_energies() {
  std::vector<double> energies;
  for (std::size_t i = 0; i < physics_events; ++i) {
    energies.push_back(100.0 + 50.0 * static_cast<double>(i % 7));
  }
  return energies;
}

[[nodiscard]] inline std::vector<double> physics_thetas() {
  std::vector<double> thetas;
  for (std::size_t i = 0; i < physics_events; ++i) {
    thetas.push_back(1.2 + 0.1 * static_cast<double>(i % 5));
  }
  return thetas;
}

/// The sample of physics_goldens.py: seed 1 is A, seed 5000 is B.
[[nodiscard]] inline ShowerSample physics_sample(std::uint64_t seed) {
  ShowerSample sample(physics_extents, physics_events);
  sample.add(physics_images(seed), physics_energies(), physics_thetas());
  return sample;
}

[[nodiscard]] inline std::vector<double> physics_totals(std::uint64_t seed) {
  return physics_sample(seed).feature(Feature::total);
}

/// The small features without R3, which R1 and R2 determine.
[[nodiscard]] inline FeatureRows physics_features(std::uint64_t seed, std::size_t events) {
  const ShowerSample sample = physics_sample(seed);
  FeatureRows rows{.columns = small_feature_set.size() - 1, .values = {}};
  for (std::size_t event = 0; event < events; ++event) {
    std::vector<double> row;
    for (const Feature feature : small_feature_set) {
      row.push_back(sample.row(event)[static_cast<std::size_t>(feature)]);
    }
    row.pop_back();
    rows.add(row);
  }
  return rows;
}

/// Equal, where NaN equals NaN.
[[nodiscard]] inline bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

}  // namespace caloquant::testing
