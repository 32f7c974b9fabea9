#include "quantizer/search/strategy/mse_v2.hpp"

#include <algorithm>

#include "ops/core/check.hpp"
#include "quantizer/search/strategy/trials.hpp"

namespace caloquant {

MseV2Strategy::MseV2Strategy(LevelTable table, bool higher_is_better)
    : table_(std::move(table)), higher_is_better_(higher_is_better) {
  for (std::size_t layer = 0; layer < table_.layers().size(); ++layer) {
    if (table_.layers()[layer].levels.size() > 1) {
      layers_.push_back(layer);
    }
  }
}

Assignment MseV2Strategy::alone(std::size_t layer) const {
  Assignment assignment = table_.reference();
  assignment[layer] = 0;
  return assignment;
}

Proposal MseV2Strategy::proposal(const Assignment& assignment,
                                 const std::vector<std::size_t>& fallen,
                                 const std::string& changed) const {
  Proposal proposal = table_.proposal(assignment, std::string(name()));
  proposal.changed = changed;
  for (const std::size_t layer : fallen) {
    proposal.fallbacks.push_back(table_.layers()[layer].name);
  }
  return proposal;
}

std::size_t MseV2Strategy::shrink_trials(const std::vector<std::size_t>& layers) const {
  std::size_t trials = 0;
  for (const std::size_t layer : layers) {
    trials += table_.layers()[layer].levels.size() - 1;
  }
  return trials;
}

std::vector<std::size_t> MseV2Strategy::by_sensitivity(const History& history) const {
  struct LayerError {
    std::size_t layer;
    const Trial* trial;
  };
  std::vector<LayerError> errors;
  errors.reserve(layers_.size());
  for (const std::size_t layer : layers_) {
    const Trial* trial = find_trial(history, table_.config(alone(layer)));
    CALOQUANT_EXPECT(trial != nullptr);
    errors.push_back({layer, trial});
  }
  std::ranges::stable_sort(errors, [this](const LayerError& left, const LayerError& right) {
    return better(*right.trial, *left.trial, higher_is_better_);
  });
  std::vector<std::size_t> layers;
  layers.reserve(errors.size());
  for (const LayerError& error : errors) {
    layers.push_back(error.layer);
  }
  return layers;
}

MseV2Strategy::Walk MseV2Strategy::walk(const History& history) const {
  const Assignment compact = table_.most_compact();
  const Trial* all = find_trial(history, table_.config(compact));
  const std::size_t later = layers_.size() + shrink_trials(layers_);
  if (all == nullptr) {
    return {{table_.proposal(compact, "all")}, 1 + layers_.size() + later};
  }
  if (all->target_met) {
    return {};
  }
  Walk walk;
  for (const std::size_t layer : layers_) {
    const Assignment assignment = alone(layer);
    if (find_trial(history, table_.config(assignment)) == nullptr) {
      walk.ahead.push_back(table_.proposal(assignment, "alone"));
    }
  }
  if (!walk.ahead.empty()) {
    walk.remaining = walk.ahead.size() + later;
    return walk;
  }
  return fall_back(history);
}

MseV2Strategy::Walk MseV2Strategy::fall_back(const History& history) const {
  Assignment plan = table_.most_compact();
  std::vector<std::size_t> fallen;
  std::string changed;
  const Assignment reference = table_.reference();
  for (const std::size_t layer : by_sensitivity(history)) {
    plan[layer] = reference[layer];
    fallen.push_back(layer);
    changed.append(changed.empty() ? "" : ", ").append(table_.layers()[layer].name);
    if (!table_.quantizes(plan)) {
      break;
    }
    const Trial* trial = find_trial(history, table_.config(plan));
    if (trial == nullptr) {
      return {{proposal(plan, fallen, changed + " -> reference")},
              layers_.size() - fallen.size() + 1 + shrink_trials(layers_)};
    }
    if (trial->target_met) {
      return shrink(history, plan, fallen);
    }
  }
  return {};
}

MseV2Strategy::Walk MseV2Strategy::shrink(const History& history, Assignment plan,
                                          const std::vector<std::size_t>& fallen) const {
  std::vector<std::size_t> kept = fallen;  // at the reference
  for (std::size_t i = fallen.size(); i-- > 0;) {
    const std::size_t layer = fallen[i];
    const std::vector<Level>& levels = table_.layers()[layer].levels;
    for (std::uint8_t level = 0; level + 1U < levels.size(); ++level) {
      Assignment assignment = plan;
      assignment[layer] = level;
      const Trial* trial = find_trial(history, table_.config(assignment));
      if (trial == nullptr) {
        std::vector<std::size_t> others = kept;
        std::erase(others, layer);
        const std::vector<std::size_t> later(fallen.begin(),
                                             fallen.begin() + static_cast<std::ptrdiff_t>(i));
        return {{proposal(assignment, others,
                          table_.layers()[layer].name + " back to " +
                              std::string(name_of(levels[level].choice.precision)))},
                levels.size() - 1 - level + shrink_trials(later)};
      }
      if (trial->target_met) {
        plan = assignment;
        std::erase(kept, layer);
        break;
      }
    }
  }
  return {};
}

std::optional<Proposal> MseV2Strategy::next(const History& history) const {
  std::vector<Proposal> ahead = walk(history).ahead;
  return ahead.empty() ? std::nullopt : std::optional(std::move(ahead.front()));
}

std::vector<Proposal> MseV2Strategy::known_ahead(const History& history) const {
  return walk(history).ahead;
}

std::size_t MseV2Strategy::remaining_at_most(const History& history) const {
  return walk(history).remaining;
}

}  // namespace caloquant
