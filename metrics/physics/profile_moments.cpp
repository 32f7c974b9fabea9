#include "metrics/physics/profile_moments.hpp"

#include <limits>
#include <numeric>

namespace caloquant {
namespace {

constexpr double undefined_moment = std::numeric_limits<double>::quiet_NaN();

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

std::array<double, 3> profile_moments(std::span<const double> slices) {
  const double total = sum_of(slices);
  if (!(total > 0.0)) {
    return {undefined_moment, undefined_moment, undefined_moment};
  }
  double mean = 0.0;
  for (std::size_t j = 0; j < slices.size(); ++j) {
    mean += static_cast<double>(j) * slices[j];
  }
  mean /= total;
  double second = 0.0;
  double third = 0.0;
  for (std::size_t j = 0; j < slices.size(); ++j) {
    const double distance = static_cast<double>(j) - mean;
    second += distance * distance * slices[j];
    third += distance * distance * distance * slices[j];
  }
  return {mean, second / total, third / total};
}

std::array<double, 3> layer_ratios(std::span<const double> layers) {
  const double total = sum_of(layers);
  if (!(total > 0.0)) {
    return {undefined_moment, undefined_moment, undefined_moment};
  }
  const std::size_t third = layers.size() / 3;
  return {sum_of(layers.first(third)) / total, sum_of(layers.subspan(third, third)) / total,
          sum_of(layers.subspan(2 * third)) / total};
}

}  // namespace caloquant
