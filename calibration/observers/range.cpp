#include <caloquant/error.hpp>
#include <caloquant/range.hpp>

#include <string>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<RangeAlgorithm> range_algorithm_names(
    {{RangeAlgorithm::minmax, "minmax"},
     {RangeAlgorithm::minmax_headroom, "minmax_headroom"},
     {RangeAlgorithm::moving_average, "moving_average"},
     {RangeAlgorithm::percentile, "percentile"},
     {RangeAlgorithm::mse, "mse"},
     {RangeAlgorithm::kl, "kl"},
     {RangeAlgorithm::aciq, "aciq"},
     {RangeAlgorithm::automatic, "automatic"}});
constexpr EnumNames<AciqPrior> aciq_prior_names({{AciqPrior::likelier, "likelier"},
                                                 {AciqPrior::laplace, "laplace"},
                                                 {AciqPrior::gauss, "gauss"}});

}  // namespace

std::string_view name_of(RangeAlgorithm algorithm) noexcept {
  return range_algorithm_names[algorithm];
}

RangeAlgorithm range_algorithm(std::string_view name, std::string_view place) {
  std::string known;
  for (const RangeAlgorithm algorithm : enum_values<RangeAlgorithm>) {
    if (name == name_of(algorithm)) {
      return algorithm;
    }
    known.append(known.empty() ? "\"" : ", \"").append(name_of(algorithm)).append("\"");
  }
  throw ConfigError(std::string(place), "unknown range algorithm \"" + std::string(name) + "\"",
                    "use one of " + known);
}

std::span<const RangeAlgorithm> all_range_algorithms() noexcept {
  return enum_values<RangeAlgorithm>;
}

std::string_view name_of(AciqPrior prior) noexcept {
  return aciq_prior_names[prior];
}

}  // namespace caloquant
