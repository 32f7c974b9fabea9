#pragma once

#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// How the range of an activation is found from the values seen in calibration. Formulas and
/// sources: calibration/README.md.
enum class RangeAlgorithm {
  minmax,           ///< smallest and largest value
  minmax_headroom,  ///< the same, times a factor: room for what calibration did not see
  moving_average,   ///< exponentially weighted mean of every event's smallest and largest value
  percentile,       ///< a part of the values other than 0
  mse,              ///< the clipping with the smallest squared error of the integer code
  kl,               ///< the clipping with the least information loss (Migacz, GTC 2017)
  aciq,             ///< analytic clipping of a Laplace or normal distribution (Banner 2019)
  automatic,        ///< whichever of the others has the smallest local error
};

/// "minmax", "kl" and so on, as in the config.
[[nodiscard]] std::string_view name_of(RangeAlgorithm algorithm) noexcept;

/// The inverse of name_of().
/// Throws ConfigError, with `place` as its place, for any other name.
[[nodiscard]] RangeAlgorithm range_algorithm(std::string_view name, std::string_view place);

/// Every algorithm, in the order of the enum.
[[nodiscard]] std::span<const RangeAlgorithm> all_range_algorithms() noexcept;

/// The distribution that `aciq` takes a tensor for.
enum class AciqPrior {
  likelier,  ///< Laplace or normal, whichever makes the observed values more likely
  laplace,
  gauss,
};
[[nodiscard]] std::string_view name_of(AciqPrior prior) noexcept;

/// Parameters of the algorithms; the same for all tensors of a run.
struct RangeOptions {
  double headroom = 1.5;                 ///< minmax_headroom: factor on both ends, >= 1
  double averaging_constant = 0.05;      ///< moving_average: weight of a new event, in (0, 1]
  double percentile = 99.99;             ///< percentile: part that is kept [%], in (0, 100]
  AciqPrior aciq = AciqPrior::likelier;  ///< aciq: the prior

  friend bool operator==(const RangeOptions&, const RangeOptions&) = default;
};

/// The real values an integer type has to represent. Always contains 0: low <= 0 <= high.
struct Range {
  float low = 0.0F;   ///< of the values
  float high = 0.0F;  ///< of the values

  friend bool operator==(const Range&, const Range&) = default;
};

}  // namespace caloquant
#pragma GCC visibility pop
