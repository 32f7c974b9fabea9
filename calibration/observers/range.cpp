#include <caloquant/error.hpp>
#include <caloquant/range.hpp>

#include <array>
#include <string>

namespace caloquant {
namespace {

constexpr std::array algorithms{RangeAlgorithm::minmax, RangeAlgorithm::kl};

}  // namespace

std::string_view name_of(RangeAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case RangeAlgorithm::minmax:
      return "minmax";
    case RangeAlgorithm::kl:
      return "kl";
  }
  return "?";
}

RangeAlgorithm range_algorithm(std::string_view name, std::string_view place) {
  for (const RangeAlgorithm algorithm : algorithms) {
    if (name == name_of(algorithm)) {
      return algorithm;
    }
  }
  throw ConfigError(std::string(place), "unknown range algorithm \"" + std::string(name) + "\"",
                    "use \"minmax\" or \"kl\"");
}

std::span<const RangeAlgorithm> all_range_algorithms() noexcept {
  return algorithms;
}

}  // namespace caloquant
