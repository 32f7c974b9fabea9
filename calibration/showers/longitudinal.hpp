#pragma once

#include "calibration/showers/ecal_stack.hpp"
#include "ops/core/philox.hpp"

namespace caloquant::showers {

/// Regularised lower incomplete gamma function P(a, x), a > 0, x >= 0.
[[nodiscard]] double regularised_gamma(double a, double x);

/// dE/dt = E beta (beta t)^(alpha - 1) exp(-beta t) / Gamma(alpha), t = depth along the shower axis
/// in X0 (Longo & Sestili, NIM 128 (1975) 283).
struct LongitudinalProfile {
  double alpha = 0.0;
  double maximum = 0.0;  ///< T = (alpha - 1) / beta [X0]

  [[nodiscard]] double beta() const { return (alpha - 1.0) / maximum; }
  /// Share of the energy deposited before depth t [X0].
  [[nodiscard]] double share_before(double t) const { return regularised_gamma(alpha, beta() * t); }
};

/// What is common to all showers of one energy: means and spreads of ln T and ln alpha in a
/// sampling calorimeter (Grindhammer & Peters hep-ex/0001020, A.1.2).
struct LongitudinalParameters {
  double mean_ln_maximum = 0.0;
  double mean_ln_alpha = 0.0;
  double sigma_ln_maximum = 0.0;
  double sigma_ln_alpha = 0.0;
  double correlation = 0.0;
};

/// energy [GeV], at least some tens of E_c.
[[nodiscard]] LongitudinalParameters longitudinal_parameters(const EcalStack& stack, double energy);

/// One shower's profile; T >= 0.5 X0 and alpha >= 1.1.
[[nodiscard]] LongitudinalProfile draw_profile(const LongitudinalParameters& parameters,
                                               philox::Stream& random);

}  // namespace caloquant::showers
