#pragma once

#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "quantizer/search/strategy/additive_model.hpp"
#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// What is sought among the assignments that are not excluded and have a quantized layer.
struct SearchRequest {
  enum class Sought {
    least_cost,    ///< then the lower predicted loss
    largest_gain,  ///< most of probability * (cost_below - cost)
    likeliest,     ///< the largest probability, then the least cost
  };
  Sought sought = Sought::least_cost;
  double cost_below = std::numeric_limits<double>::infinity();  ///< the cost itself is too much
  double least_probability = 0.5;  ///< of meeting all limits; above 0.01
};

/// By layer and level, in the order of LevelTable.
using LevelCosts = std::vector<std::vector<double>>;
/// The costs of a table.
[[nodiscard]] LevelCosts costs_of(const LevelTable& table);

/// Branch and bound over the layers, those with the largest differences in cost first, cheap levels
/// first. A branch ends where the cost cannot fall below the best found, or where the errors cannot
/// come back within the limits whatever the other layers do. Exact for at least `most_nodes`
/// branches (all of 4^10 assignments); beyond that the best found so far. Ties fall to the
/// assignment that is compact in earlier layers of that order: the result depends on nothing but
/// the arguments.
[[nodiscard]] std::optional<Assignment> search_assignment(const LevelTable& table,
                                                          const AdditiveModel& model,
                                                          const LevelCosts& costs,
                                                          const std::set<Assignment>& excluded,
                                                          const SearchRequest& request);
inline constexpr std::size_t most_nodes = 2'000'000;

}  // namespace caloquant
