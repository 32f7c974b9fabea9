#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace caloquant {

/// A number with its standard error; both NaN where they are not defined.
struct Estimate {
  double value = 0.0;
  double error = 0.0;
};

/// Values of two samples that are defined. Undefined values (NaN) are dropped; in a paired
/// comparison, where value i of one belongs to value i of the other, both or none.
struct DefinedValues {
  std::vector<double> a;
  std::vector<double> b;
  std::size_t dropped = 0;  ///< of both samples together
};
[[nodiscard]] DefinedValues defined_values(std::span<const double> a, std::span<const double> b,
                                           bool paired);

/// Mean and s / sqrt(n), s^2 with 1 / (n - 1). No values: NaN; one value: the error is NaN.
[[nodiscard]] Estimate mean_of(std::span<const double> values);

/// Standard deviation with 1 / (n - 1); NaN for fewer than two values.
[[nodiscard]] double standard_deviation(std::span<const double> values);

/// mean(b) - mean(a). The error is that of the mean of b_i - a_i where paired, else the two errors
/// of the means in quadrature.
[[nodiscard]] Estimate difference_of_means(std::span<const double> a, std::span<const double> b,
                                           bool paired);

/// r = mean(b) / mean(a). The error is of first order: sd(b_i - r a_i) / (sqrt(n) |mean(a)|) where
/// paired, else sqrt(var(b) / n_b + r^2 var(a) / n_a) / |mean(a)|. NaN where mean(a) is 0.
[[nodiscard]] Estimate ratio_of_means(std::span<const double> a, std::span<const double> b,
                                      bool paired);

/// Blocks of a jackknife over `events` events: min(20, events / 2).
[[nodiscard]] std::size_t jackknife_blocks(std::size_t events);

/// Block of event i of n: i * blocks / n.
[[nodiscard]] std::size_t jackknife_block(std::size_t event, std::size_t events,
                                          std::size_t blocks);

using MaybeBlock = std::optional<std::size_t>;

/// A statistic of two samples without one block of either.
using LeaveOut = std::function<double(MaybeBlock without_a, MaybeBlock without_b)>;

/// Delete-one-block standard error, sqrt((G - 1) / G * sum over j of (t_j - mean t)^2). Where
/// paired, block j is left out of both samples (their blocks must be equally many), else the errors
/// from leaving blocks out of one sample at a time are added in quadrature. NaN when a sample has
/// fewer than two blocks.
[[nodiscard]] double jackknife_error(std::size_t blocks_a, std::size_t blocks_b, bool paired,
                                     const LeaveOut& statistic);

/// A statistic of two sets of values.
using Statistic = std::function<double(std::span<const double> a, std::span<const double> b)>;

/// The statistic with its jackknife error.
[[nodiscard]] Estimate jackknife(std::span<const double> a, std::span<const double> b, bool paired,
                                 const Statistic& statistic);

/// Values with even and with odd indices: two halves of one sample, which differ by chance only.
[[nodiscard]] std::pair<std::vector<double>, std::vector<double>> halves_of(
    std::span<const double> values);

}  // namespace caloquant
