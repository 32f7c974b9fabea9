#include "calibration/showers/radial.hpp"

#include <algorithm>
#include <cmath>

namespace caloquant::showers {

RadialProfile radial_profile(const EcalStack& stack, double energy, double tau) {
  const double z = stack.atomic_number;
  const double ln_e = std::log(energy);

  // Homogeneous medium.
  double core = 0.0251 + 0.00319 * ln_e + (0.1162 - 0.000381 * z) * tau;
  const double k1 = 0.659 - 0.00309 * z;
  const double k2 = 0.645;
  const double k3 = -2.59;
  const double k4 = 0.3585 + 0.0421 * ln_e;
  double tail = k1 * (std::exp(k3 * (tau - k2)) + std::exp(k4 * (tau - k2)));
  const double p1 = 2.632 - 0.00094 * z;
  const double p2 = 0.401 + 0.00187 * z;
  const double p3 = 1.313 - 0.0686 * ln_e;
  const double q = (p2 - tau) / p3;
  double weight = p1 * std::exp(q - std::exp(q));

  // Corrections for sampling.
  const double deficit = 1.0 - stack.e_over_mip;
  const double frequency = stack.sampling_frequency;
  core += -0.0203 * deficit + 0.0397 / frequency * std::exp(-tau);
  tail += -0.14 * deficit - 0.495 / frequency * std::exp(-tau);
  weight += deficit * (0.348 - 0.642 / frequency * std::exp(-(tau - 1.0) * (tau - 1.0)));
  return {.core = core, .tail = std::max(tail, core), .core_weight = std::clamp(weight, 0.0, 1.0)};
}

}  // namespace caloquant::showers
