#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace caloquant {

/// One tensor as two sides computed it.
struct ComparedValues {
  std::string name;
  std::span<const float> found;
  std::span<const float> expected;
  std::span<const double> bound;  ///< of |found - expected|: one per element, or one for all
};

/// The element of a tensor that is farthest out of its bound.
struct Difference {
  std::string name;
  std::size_t element = 0;
  double found = 0.0;
  double expected = 0.0;
  double bound = 0.0;
  double ratio = 0.0;  ///< |found - expected| / bound
};

struct Comparison {
  std::optional<Difference> first;  ///< of the first tensor that differs, its worst element
  double largest_ratio = 0.0;       ///< over all elements that have a bound
  std::size_t undecided = 0;        ///< elements without one
};

/// |found - expected| / bound. NaN agrees with NaN and an infinity with itself; a bound that is not
/// finite decides nothing and gives 0; a finite number beside one that is not, infinity.
[[nodiscard]] double ratio_of(double found, double expected, double bound);

/// Compares tensors in order. Sizes must fit each other.
[[nodiscard]] Comparison compare_values(std::span<const ComparedValues> values);

/// "element 7 is 0.5, expected is 0.25 within 1e-07".
[[nodiscard]] std::string describe(const Difference& difference);

}  // namespace caloquant
