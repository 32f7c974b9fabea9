#include "quantizer/search/strategy/auto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantizer/search/strategy/additive_model.hpp"
#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

/// Every layer at the first of `wanted` that it has, or else at `otherwise`.
Assignment all_at(const LevelTable& table, const std::vector<Precision>& wanted,
                  const Assignment& otherwise) {
  Assignment assignment = otherwise;
  for (std::size_t layer = 0; layer < assignment.size(); ++layer) {
    for (const Precision precision : wanted) {
      if (const auto level = table.level_of(layer, precision)) {
        assignment[layer] = *level;
        break;
      }
    }
  }
  return assignment;
}

/// How far a trial is from its limits: 1 is just met.
double worst_ratio_of(const Trial& trial) {
  return trial.error.empty() ? worst_ratio(trial.measures)
                             : std::numeric_limits<double>::infinity();
}

/// Is `assignment` nowhere more precise than `other`?
bool nowhere_finer(const Assignment& assignment, const Assignment& other) {
  return std::ranges::equal(assignment, other, std::ranges::less_equal{});
}

bool any_meets(const History& history) {
  return std::ranges::any_of(history, &Trial::target_met);
}

}  // namespace

std::vector<Assignment> opening_plans_of(const LevelTable& table) {
  const Assignment compact = table.most_compact();
  const Assignment int8 = all_at(table, {Precision::int8}, compact);
  const Assignment w8a16 = all_at(table, {Precision::w8a16, Precision::w8}, compact);
  std::vector<std::size_t> convolutions;
  for (std::size_t layer = 0; layer < int8.size(); ++layer) {
    if (table.layers()[layer].op == "conv") {
      convolutions.push_back(layer);
    }
  }
  constexpr std::size_t tail_length = 2;
  Assignment tail = int8;
  for (std::size_t i = convolutions.size(); i-- > 0 && i + tail_length >= convolutions.size();) {
    tail[convolutions[i]] = w8a16[convolutions[i]];
  }
  Assignment first = w8a16;
  Assignment last = w8a16;
  if (!convolutions.empty()) {
    first[convolutions.front()] = int8[convolutions.front()];
    last[convolutions.back()] = table.reference()[convolutions.back()];
  }
  std::vector<Assignment> openings;
  for (const Assignment& opening :
       {int8, tail, w8a16, first, last,
        all_at(table, {Precision::bf16, Precision::w8}, table.reference())}) {
    if (table.quantizes(opening) && std::ranges::find(openings, opening) == openings.end()) {
      openings.push_back(opening);
    }
  }
  return openings;
}

AutoStrategy::AutoStrategy(LevelTable table, const StrategyOptions& options)
    : table_(std::move(table)),
      options_(options),
      openings_(opening_plans_of(table_)),
      sensitivity_(table_, options, openings_) {}

std::optional<Assignment> AutoStrategy::next_opening(const History& history) const {
  double least_cost = std::numeric_limits<double>::infinity();
  std::vector<Assignment> missed;
  for (const Trial& trial : history) {
    const auto assignment = table_.find(trial.proposal.config);
    if (assignment && !trial.target_met && !table_.is_single(*assignment)) {
      missed.push_back(*assignment);
    }
    if (assignment && trial.target_met && options_.objective != Objective::accurate) {
      least_cost = std::min(least_cost, table_.cost(*assignment));
    }
  }
  const double below = SensitivityStrategy::worth_below(least_cost, options_);
  const std::set<Assignment> tried = table_.tried(history);
  for (const Assignment& opening : openings_) {
    const double cost = table_.cost(opening);
    const bool hopeless = std::ranges::any_of(
        missed, [&](const Assignment& trial) { return nowhere_finer(opening, trial); });
    if (tried.count(opening) == 0 && cost < below && !same_cost(cost, below) && !hopeless) {
      return opening;
    }
  }
  return std::nullopt;
}

std::vector<Assignment> AutoStrategy::open_mixes(const History& history) const {
  struct Best {
    std::size_t layer;
    std::uint8_t level;
    double ratio;
  };
  std::vector<Best> best;
  const Assignment reference = table_.reference();
  for (std::size_t layer = 0; layer < reference.size(); ++layer) {
    best.push_back({layer, reference[layer], std::numeric_limits<double>::infinity()});
  }
  for (const Trial& trial : history) {
    const auto single = table_.find(trial.proposal.config);
    if (single && table_.is_single(*single)) {
      const auto layer =
          static_cast<std::size_t>(std::ranges::mismatch(*single, reference).in1 - single->begin());
      if (worst_ratio_of(trial) < best[layer].ratio) {
        best[layer] = {layer, (*single)[layer], worst_ratio_of(trial)};
      }
    }
  }
  std::erase_if(best, [](const Best& entry) { return !std::isfinite(entry.ratio); });
  std::ranges::stable_sort(best, {}, &Best::ratio);
  const std::set<Assignment> tried = table_.tried(history);
  std::vector<Assignment> mixes;
  for (std::size_t count = best.size(); count >= 2; --count) {
    Assignment mix = reference;
    for (std::size_t i = 0; i < count; ++i) {
      mix[best[i].layer] = best[i].level;
    }
    if (tried.count(mix) == 0) {
      mixes.push_back(std::move(mix));
    }
  }
  return mixes;
}

std::optional<Proposal> AutoStrategy::next(const History& history) const {
  std::vector<Proposal> ahead = known_ahead(history);
  return ahead.empty() ? std::nullopt : std::optional(std::move(ahead.front()));
}

std::vector<Proposal> AutoStrategy::known_ahead(const History& history) const {
  if (const auto opening = next_opening(history)) {
    return {table_.proposal(*opening, "opening")};
  }
  std::vector<Proposal> ahead = sensitivity_.known_ahead(history);
  if (ahead.empty() && !any_meets(history)) {
    const std::vector<Assignment> mixes = open_mixes(history);
    if (!mixes.empty()) {
      ahead.push_back(table_.proposal(mixes.front(), "least error"));
    }
  }
  return ahead;
}

std::size_t AutoStrategy::remaining_at_most(const History& history) const {
  if (known_ahead(history).empty()) {
    return 0;
  }
  const std::set<Assignment> tried = table_.tried(history);
  std::set<Assignment> planned(openings_.begin(), openings_.end());
  const std::vector<Assignment> singles = table_.singles();
  planned.insert(singles.begin(), singles.end());
  planned.insert(table_.reference());
  const auto done = static_cast<std::size_t>(std::ranges::count_if(
      planned, [&](const Assignment& assignment) { return tried.count(assignment) > 0; }));
  // Verifications, repairs and mixes.
  const std::size_t others = tried.size() - done;
  const std::size_t most = SensitivityStrategy::verifications + 2 * table_.layers().size();
  return planned.size() - done +
         std::max(most > others ? most - others : 0, open_mixes(history).size());
}

}  // namespace caloquant
