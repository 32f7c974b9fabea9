#include "calibration/data/sampling_fraction.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

double polynomial(std::span<const double> coefficients, double energy) {
  const double x = std::min(energy, SamplingFraction::highest_energy) / 100.0;
  double value = 0.0;
  for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) {
    value = value * x + *c;
  }
  return value;
}

}  // namespace

std::string SamplingFraction::problem_of(std::span<const double> coefficients) {
  if (coefficients.empty() || coefficients.size() > most_coefficients) {
    return "1 to " + std::to_string(most_coefficients) + " coefficients are expected";
  }
  double sum_before = 0.0;
  for (double energy = 0.0; energy <= highest_energy; energy += 1.0) {
    const double fraction = polynomial(coefficients, energy);
    const std::string place = " at " + std::to_string(static_cast<int>(energy)) + " GeV";
    if (!(fraction > 0.0 && fraction <= 1.0)) {
      return "the fraction is " + std::to_string(fraction) + place;
    }
    if (energy > 0.0 && energy * fraction <= sum_before) {
      return "sums do not grow with the energy" + place;
    }
    sum_before = energy * fraction;
  }
  return "";
}

SamplingFraction::SamplingFraction(std::vector<double> coefficients)
    : coefficients_(std::move(coefficients)) {
  if (coefficients_.empty()) {
    coefficients_.assign(published.begin(), published.end());
  }
  CALOQUANT_EXPECT(problem_of(coefficients_).empty());
}

bool SamplingFraction::is_published() const {
  return std::ranges::equal(coefficients_, published);
}

double SamplingFraction::at(double energy) const {
  return polynomial(coefficients_, energy);
}

double SamplingFraction::energy_of(double sum) const {
  CALOQUANT_EXPECT(sum > 0.0 && std::isfinite(sum));
  const double sum_at_highest = highest_energy * at(highest_energy);
  if (sum >= sum_at_highest) {
    return sum / at(highest_energy);
  }
  double low = 0.0;
  double high = highest_energy;
  constexpr int halvings = 60;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (middle * at(middle) < sum ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace caloquant
