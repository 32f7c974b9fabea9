#include "ops/core/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace caloquant {
namespace {

std::string shown(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

template <typename T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [last, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc() && last == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string to_string(const NumberRange& range) {
  // Beyond what an f32 holds a limit is there for the type only.
  const auto bounds = NumberRange::any_float();
  const bool has_least = range.least > bounds.least;
  const bool has_most = range.most < bounds.most;
  if (has_least && has_most) {
    return range.above ? "a number above " + shown(range.least) + ", at most " + shown(range.most)
                       : "a number from " + shown(range.least) + " to " + shown(range.most);
  }
  if (has_least) {
    return range.above ? "a finite number above " + shown(range.least)
                       : "a finite number of at least " + shown(range.least);
  }
  return has_most ? "a finite number of at most " + shown(range.most) : "a finite number";
}

std::string number_problem(double value, const NumberRange& range) {
  const bool enough = range.above ? value > range.least : value >= range.least;
  if (std::isfinite(value) && enough && value <= range.most) {
    return "";
  }
  return "is " + shown(value) + ", it must be " + to_string(range);
}

std::optional<double> number_from(std::string_view text) {
  const std::optional<double> value = parsed<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

template <std::integral T>
std::optional<T> integer_from(std::string_view text) {
  return parsed<T>(text);
}

template std::optional<int> integer_from(std::string_view);
template std::optional<std::int64_t> integer_from(std::string_view);
template std::optional<std::uint64_t> integer_from(std::string_view);

}  // namespace caloquant
