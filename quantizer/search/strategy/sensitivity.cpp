#include "quantizer/search/strategy/sensitivity.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "quantizer/search/strategy/additive_model.hpp"
#include "quantizer/search/strategy/assignment_search.hpp"
#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

constexpr double even_chance = 0.5;
constexpr double good_chance = 0.85;    // the last trial of the budget shall not fail
constexpr double slight_chance = 0.02;  // with a plan in hand a failure costs a trial only
constexpr double fair_chance = 0.2;     // of a trial that may be a long one

/// What the levels cost for the objective; for `accurate` the loss that they add.
LevelCosts level_costs(const LevelTable& table, const AdditiveModel& model, Objective objective) {
  LevelCosts costs = costs_of(table);
  if (objective == Objective::accurate) {
    for (std::size_t layer = 0; layer < costs.size(); ++layer) {
      for (std::size_t level = 0; level < costs[layer].size(); ++level) {
        costs[layer][level] = model.error(0, layer, static_cast<std::uint8_t>(level));
      }
    }
  }
  return costs;
}

}  // namespace

SensitivityStrategy::SensitivityStrategy(LevelTable table, const StrategyOptions& options,
                                         std::vector<Assignment> known)
    : table_(std::move(table)),
      options_(options),
      known_(std::move(known)),
      singles_(table_.singles()),
      least_possible_cost_(0.0) {
  if (table_.quantizes(table_.reference())) {
    singles_.insert(singles_.begin(), table_.reference());
  }
  for (const LayerLevels& layer : table_.layers()) {
    least_possible_cost_ += std::ranges::min(layer.levels, {}, &Level::cost).cost;
  }
}

double SensitivityStrategy::worth_below(double least_cost, const StrategyOptions& options) {
  const bool long_trials = options.max_events > 0 && options.objective != Objective::accurate;
  return long_trials ? (1.0 - least_gain) * least_cost : least_cost;
}

double SensitivityStrategy::cost_of_trial(const Assignment& assignment, const Trial& trial) const {
  return options_.objective == Objective::accurate && !trial.measures.empty()
             ? trial.measures.front().value - options_.baseline
             : table_.cost(assignment);
}

SensitivityStrategy::State SensitivityStrategy::state_of(const History& history) const {
  State state;
  state.least_cost = std::numeric_limits<double>::infinity();
  for (const Trial& trial : history) {
    auto assignment = table_.find(trial.proposal.config);
    if (!assignment) {
      continue;
    }
    const bool single = std::ranges::find(singles_, *assignment) != singles_.end();
    const bool known = std::ranges::find(known_, *assignment) != known_.end();
    state.verified += single || known ? 0 : 1;
    if (trial.target_met) {
      state.found = state.found || !single;
      state.least_cost = std::min(state.least_cost, cost_of_trial(*assignment, trial));
    }
    state.tried.insert(*std::move(assignment));
  }
  std::ranges::copy_if(singles_, std::back_inserter(state.open_singles),
                       [&](const Assignment& single) { return state.tried.count(single) == 0; });
  return state;
}

/// Is a plan of several layers in hand that nothing can be worth a trial beside?
bool SensitivityStrategy::cannot_improve(const State& state) const {
  const double below = worth_below(state.least_cost, options_);
  return state.found && options_.objective != Objective::accurate &&
         (least_possible_cost_ >= below || same_cost(below, least_possible_cost_));
}

std::optional<Assignment> SensitivityStrategy::verification(const History& history,
                                                            const State& state) const {
  const std::size_t most = verifications + (state.found ? 0 : table_.layers().size());
  if (state.verified >= most) {
    return std::nullopt;
  }
  const AdditiveModel model(table_, history,
                            {options_.baseline, options_.max_events, options_.fitted});
  if (!model.valid()) {
    return std::nullopt;
  }
  const LevelCosts costs = level_costs(table_, model, options_.objective);
  SearchRequest request;
  request.cost_below = state.found ? worth_below(state.least_cost, options_) : state.least_cost;
  const auto search = [&](SearchRequest::Sought sought, double least_probability) {
    request.sought = sought;
    request.least_probability = least_probability;
    return search_assignment(table_, model, costs, state.tried, request);
  };
  using Sought = SearchRequest::Sought;
  if (state.found) {
    return search(Sought::largest_gain, options_.max_events > 0 ? fair_chance : slight_chance);
  }
  const bool last = state.verified + 1 == verifications;
  auto found = search(Sought::least_cost, last ? good_chance : even_chance);
  return found ? found : search(Sought::likeliest, slight_chance);
}

std::vector<Assignment> SensitivityStrategy::ahead(const History& history,
                                                   const State& state) const {
  if (cannot_improve(state)) {
    return {};
  }
  if (!state.open_singles.empty()) {
    return state.open_singles;
  }
  const auto assignment = verification(history, state);
  return assignment ? std::vector<Assignment>{*assignment} : std::vector<Assignment>{};
}

/// A layer alone is a probe where there are others, and so is what all layers fall back to.
Proposal SensitivityStrategy::proposal(const Assignment& assignment) const {
  Proposal proposal = table_.proposal(assignment, "predicted");
  proposal.probe = table_.layers().size() > 1 &&
                   (table_.is_single(assignment) || assignment == table_.reference());
  return proposal;
}

std::optional<Proposal> SensitivityStrategy::next(const History& history) const {
  const std::vector<Assignment> assignments = ahead(history, state_of(history));
  return assignments.empty() ? std::nullopt : std::optional(proposal(assignments.front()));
}

std::vector<Proposal> SensitivityStrategy::known_ahead(const History& history) const {
  std::vector<Proposal> proposals;
  for (const Assignment& assignment : ahead(history, state_of(history))) {
    proposals.push_back(proposal(assignment));
  }
  return proposals;
}

std::size_t SensitivityStrategy::remaining_at_most(const History& history) const {
  const State state = state_of(history);
  if (ahead(history, state).empty()) {
    return 0;
  }
  const std::size_t most = verifications + table_.layers().size();
  return state.open_singles.size() + (most > state.verified ? most - state.verified : 0);
}

}  // namespace caloquant
