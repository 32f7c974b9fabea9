#pragma once

#include <concepts>
#include <string>

namespace caloquant {

/// "1 input", "2 inputs"; "0 entries" with the plural given.
[[nodiscard]] inline std::string counted(std::integral auto number, const std::string& one,
                                         const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}
[[nodiscard]] inline std::string counted(std::integral auto number, const std::string& one) {
  return counted(number, one, one + "s");
}

}  // namespace caloquant
