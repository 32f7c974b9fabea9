#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "graph/json/json.hpp"

namespace caloquant {

/// A measured number with `digits` significant digits: what a drawing shows, in few bytes. Null
/// where it is not finite.
[[nodiscard]] inline Json rounded(double value, int digits = 6) {
  if (!std::isfinite(value)) {
    return {};
  }
  char text[48];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return std::strtod(text, nullptr);
}

template <typename T>
[[nodiscard]] Json rounded_list(std::span<const T> values, int digits = 6) {
  Json list = Json::array();
  for (const T value : values) {
    list.push_back(rounded(static_cast<double>(value), digits));
  }
  return list;
}

}  // namespace caloquant
