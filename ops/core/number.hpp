#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace caloquant {

/// Which numbers are taken: finite ones from `least` to `most`, `least` itself only if not `above`.
struct NumberRange {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool above = false;

  [[nodiscard]] static NumberRange any() { return {}; }
  /// What an f32 can hold.
  [[nodiscard]] static NumberRange any_float() {
    return {static_cast<double>(std::numeric_limits<float>::lowest()),
            static_cast<double>(std::numeric_limits<float>::max())};
  }
  [[nodiscard]] static NumberRange not_negative() {
    return {0.0, std::numeric_limits<double>::max()};
  }
  /// Normal f32 numbers above 0: such a number and its reciprocal are finite, also as f32.
  [[nodiscard]] static NumberRange positive() {
    return {static_cast<double>(std::numeric_limits<float>::min()),
            1.0 / static_cast<double>(std::numeric_limits<float>::min())};
  }
};

/// The rule for every number from outside (options, JSON, attributes, arguments): what is wrong
/// with it, as "is nan, it must be a number from 0 to 1"; empty when nothing is. NaN and infinities
/// are in no range.
[[nodiscard]] std::string number_problem(double value, const NumberRange& range);

/// "a finite number", "a number of at least 0", "a number from 0 to 1".
[[nodiscard]] std::string to_string(const NumberRange& range);

/// Throws E (an Error with place and problem) for a number that is not in the range.
template <typename E>
double checked_number(double value, const std::string& place, const NumberRange& range = {}) {
  if (const std::string problem = number_problem(value, range); !problem.empty()) {
    throw E(place, problem);
  }
  return value;
}

/// The decimal number that the whole text is; nothing for anything else, also for "nan", "inf" and
/// what a double cannot hold.
[[nodiscard]] std::optional<double> number_from(std::string_view text);

/// The whole number in decimal digits that the text is; nothing for anything else, also for what T
/// cannot hold: a seed is never wrapped or rounded.
template <std::integral T>
[[nodiscard]] std::optional<T> integer_from(std::string_view text);

extern template std::optional<int> integer_from(std::string_view);
extern template std::optional<std::int64_t> integer_from(std::string_view);
extern template std::optional<std::uint64_t> integer_from(std::string_view);

}  // namespace caloquant
