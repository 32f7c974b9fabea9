#include "calibration/showers/longitudinal.hpp"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/SpecialFunctions>

namespace caloquant::showers {
namespace {

constexpr double mev_per_gev = 1000.0;
constexpr double largest_sigma = 0.5;

/// 1 / (offset + slope ln y), which has a pole at small ln y.
double sigma(double offset, double slope, double ln_y) {
  const double inverse = offset + slope * ln_y;
  return inverse > 1.0 / largest_sigma ? 1.0 / inverse : largest_sigma;
}

}  // namespace

double regularised_gamma(double a, double x) {
  return Eigen::numext::igamma(a, x);
}

LongitudinalParameters longitudinal_parameters(const EcalStack& stack, double energy) {
  const double ln_y = std::log(energy * mev_per_gev / stack.critical_energy);
  const double maximum = ln_y - 0.812;  // of a homogeneous medium
  const double alpha = 0.81 + (0.458 + 2.26 / stack.atomic_number) * ln_y;
  const double frequency = stack.sampling_frequency;
  return {.mean_ln_maximum = std::log(maximum - 0.55 / frequency - 0.69 * (1.0 - stack.e_over_mip)),
          .mean_ln_alpha = std::log(alpha - 0.476 / frequency),
          .sigma_ln_maximum = sigma(-2.5, 1.25, ln_y),
          .sigma_ln_alpha = sigma(-0.82, 0.79, ln_y),
          .correlation = 0.784 - 0.023 * ln_y};
}

LongitudinalProfile draw_profile(const LongitudinalParameters& parameters, philox::Stream& random) {
  const double z1 = random.normal();
  const double z2 = random.normal();
  const double common = std::sqrt(0.5 * (1.0 + parameters.correlation)) * z1;
  const double opposed = std::sqrt(0.5 * (1.0 - parameters.correlation)) * z2;
  const double ln_maximum =
      parameters.mean_ln_maximum + parameters.sigma_ln_maximum * (common + opposed);
  const double ln_alpha = parameters.mean_ln_alpha + parameters.sigma_ln_alpha * (common - opposed);
  return {.alpha = std::max(1.1, std::exp(ln_alpha)),
          .maximum = std::max(0.5, std::exp(ln_maximum))};
}

}  // namespace caloquant::showers
