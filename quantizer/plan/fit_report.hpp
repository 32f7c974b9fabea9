#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quantizer/plan/fit_observables.hpp"
#include "quantizer/plan/make_plan.hpp"

namespace caloquant {

/// Relative deviations that count as much as each other.
struct ResponseLimits {
  double energy_response = 0.005;
  double profile_error = 0.03;
  double hits = 0.03;
};

/// What networks are compared with.
struct FitReference {
  Observed fp32;
  /// [observables] One over the limit of each; 0 for slices outside of the fewest of their axis
  /// that together hold 95 % of the energy.
  std::vector<double> weights;
};
[[nodiscard]] FitReference fit_reference(const FitObservables& observables, Observed fp32,
                                         const ResponseLimits& limits);

/// Sum over the fitted events of the quantized network over that of fp32, minus 1; of a profile the
/// worst slice, without its sign. NaN where fp32 has none.
struct FittedDeviation {
  std::string name;
  double before = 0.0;
  double after = 0.0;
  std::optional<double> standard_error{};  ///< of `after`; of the energies alone
};
[[nodiscard]] std::vector<FittedDeviation> fitted_deviations(const FitObservables& observables,
                                                             const FitReference& reference,
                                                             const Observed& before,
                                                             const Observed& after);

/// What changed in a layer.
struct FittedLayer {
  std::string name;
  std::size_t biases = 0;  ///< that are other ones now
  double gain = 1.0;       ///< of the channel whose gain is furthest from 1
};
[[nodiscard]] std::vector<FittedLayer> fitted_layers(const Graph& fp32,
                                                     std::span<const std::string> layers,
                                                     const QuantPlan& before,
                                                     const QuantPlan& after);

}  // namespace caloquant
