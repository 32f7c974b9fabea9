#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace caloquant {

/// A network beside its reference and beside itself with one parameter changed at a time: sums
/// [folds, observables] of each.
struct LinearFit {
  std::size_t folds = 0;
  std::span<const double> reference;
  std::span<const double> base;
  std::vector<std::span<const double>> probed;  ///< one for each parameter
  std::vector<double> probes;                   ///< by how much it was changed, > 0
  /// [observables] One over what counts as one of the relative deviation; 0: counts for nothing.
  std::span<const double> weights;
};

/// Sum of squares of the weighted relative deviations of all folds together.
[[nodiscard]] double objective_of(std::span<const double> sums, const LinearFit& fit);

/// The change of the parameters that makes the deviations smallest, to first order: least squares
/// with the ridge of Levenberg and Marquardt. The ridge is the one with which steps that are found
/// without one fold lower its deviations most; where none lowers them, the step is 0, so that what
/// is noise stays.
[[nodiscard]] std::vector<double> ridge_step(const LinearFit& fit);

}  // namespace caloquant
