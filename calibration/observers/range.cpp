#include <caloquant/error.hpp>
#include <caloquant/range.hpp>

#include <array>
#include <string>

namespace caloquant {
namespace {

constexpr std::array algorithms{RangeAlgorithm::minmax,
                                RangeAlgorithm::minmax_headroom,
                                RangeAlgorithm::moving_average,
                                RangeAlgorithm::percentile,
                                RangeAlgorithm::mse,
                                RangeAlgorithm::kl,
                                RangeAlgorithm::aciq,
                                RangeAlgorithm::automatic};

}  // namespace

std::string_view name_of(RangeAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case RangeAlgorithm::minmax:
      return "minmax";
    case RangeAlgorithm::minmax_headroom:
      return "minmax_headroom";
    case RangeAlgorithm::moving_average:
      return "moving_average";
    case RangeAlgorithm::percentile:
      return "percentile";
    case RangeAlgorithm::mse:
      return "mse";
    case RangeAlgorithm::kl:
      return "kl";
    case RangeAlgorithm::aciq:
      return "aciq";
    case RangeAlgorithm::automatic:
      return "automatic";
  }
  return "?";
}

RangeAlgorithm range_algorithm(std::string_view name, std::string_view place) {
  std::string known;
  for (const RangeAlgorithm algorithm : algorithms) {
    if (name == name_of(algorithm)) {
      return algorithm;
    }
    known.append(known.empty() ? "\"" : ", \"").append(name_of(algorithm)).append("\"");
  }
  throw ConfigError(std::string(place), "unknown range algorithm \"" + std::string(name) + "\"",
                    "use one of " + known);
}

std::span<const RangeAlgorithm> all_range_algorithms() noexcept {
  return algorithms;
}

std::string_view name_of(AciqPrior prior) noexcept {
  switch (prior) {
    case AciqPrior::likelier:
      return "likelier";
    case AciqPrior::laplace:
      return "laplace";
    case AciqPrior::gauss:
      return "gauss";
  }
  return "?";
}

}  // namespace caloquant
