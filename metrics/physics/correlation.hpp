#pragma once

#include <cstddef>
#include <vector>

#include "metrics/physics/feature_rows.hpp"

namespace caloquant {

/// Pearson correlations of the columns, [columns, columns] row-major. NaN for a column that is
/// constant, and for fewer than two rows, as numpy.corrcoef. Rows must hold no NaN.
[[nodiscard]] std::vector<double> correlation_matrix(const FeatureRows& rows);

struct CorrelationScore {
  double value = 0.0;     ///< mean over pairs of features of (c_a - c_b)^2; NaN without a pair
  std::size_t pairs = 0;  ///< defined in both matrices
  std::size_t undefined_pairs = 0;
};
/// Distance of two correlation matrices [columns, columns] (svalleco/3Dgan, mse_corr): the sum of
/// squared differences below the diagonal over the number of pairs. 0 for equal ones, at most 4.
/// Pairs that are undefined in a matrix are left out of both.
[[nodiscard]] CorrelationScore correlation_score(const std::vector<double>& a,
                                                 const std::vector<double>& b, std::size_t columns);

}  // namespace caloquant
