#include "quantizer/search/strategy/basic.hpp"

#include <algorithm>
#include <utility>

#include "ops/core/check.hpp"
#include "quantizer/search/strategy/trials.hpp"

namespace caloquant {
namespace {

std::optional<Proposal> first_untried(const std::vector<Proposal>& proposals,
                                      const History& history) {
  for (const Proposal& proposal : proposals) {
    if (find_trial(history, proposal.config) == nullptr) {
      return proposal;
    }
  }
  return std::nullopt;
}

std::vector<Proposal> untried(std::vector<Proposal> proposals, const History& history) {
  std::erase_if(proposals, [&](const Proposal& proposal) {
    return find_trial(history, proposal.config) != nullptr;
  });
  return proposals;
}

std::size_t count_untried(const std::vector<Proposal>& proposals, const History& history) {
  return static_cast<std::size_t>(std::ranges::count_if(proposals, [&](const Proposal& proposal) {
    return find_trial(history, proposal.config) == nullptr;
  }));
}

/// "conv int8 kl per_channel, dense int8 minmax per_channel": the choice of each op's first layer
/// that is quantized.
std::string describe(const TuningConfig& config, const TuningSpace& space) {
  std::string text;
  std::vector<std::string> seen;
  for (const LayerSpec& layer : space.layers()) {
    if (layer.fixed() || std::ranges::find(seen, layer.op) != seen.end()) {
      continue;
    }
    seen.push_back(layer.op);
    text.append(text.empty() ? "" : ", ").append(layer.op).append(" ");
    text.append(to_string(config.choice(layer.name)));
  }
  return text;
}

std::vector<RangeAlgorithm> algorithms_of(const TuningConfig& config) {
  std::vector<RangeAlgorithm> algorithms;
  for (const TuningConfig::Layer& layer : config.layers()) {
    algorithms.push_back(layer.choice.algorithm);
  }
  return algorithms;
}

Proposal fallback(const TuningConfig& base, std::vector<std::string> layers, Precision precision) {
  Proposal proposal;
  proposal.config = base;
  for (const std::string& layer : layers) {
    LayerChoice choice = base.choice(layer);
    choice.precision = precision;
    proposal.config.set(layer, choice);
    proposal.changed.append(proposal.changed.empty() ? "" : ", ").append(layer);
  }
  proposal.changed.append(" -> ").append(name_of(precision));
  proposal.fallbacks = std::move(layers);
  return proposal;
}

}  // namespace

BasicStrategy::BasicStrategy(TuningSpace space, bool higher_is_better, bool more_bases)
    : space_(std::move(space)), higher_is_better_(higher_is_better), more_bases_(more_bases) {
  for (TuningConfig& config : space_.op_type_combinations()) {
    Proposal proposal;
    proposal.changed = describe(config, space_);
    proposal.config = std::move(config);
    combinations_.push_back(std::move(proposal));
  }
  CALOQUANT_ENSURE(!combinations_.empty());
}

std::vector<const TuningConfig*> BasicStrategy::bases(const History& history) const {
  struct Ranked {
    const TuningConfig* config;
    const Trial* trial;
  };
  std::vector<Ranked> ranked;
  for (const Proposal& proposal : combinations_) {
    const Trial* trial = find_trial(history, proposal.config);
    CALOQUANT_EXPECT(trial != nullptr);
    ranked.insert(ranked.begin(), {&proposal.config, trial});  // of equal ones the later leads
  }
  std::ranges::stable_sort(ranked, [this](const Ranked& left, const Ranked& right) {
    return better(*left.trial, *right.trial, higher_is_better_);
  });
  std::vector<const TuningConfig*> chosen;
  for (const Ranked& candidate : ranked) {
    const bool known = std::ranges::any_of(chosen, [&](const TuningConfig* other) {
      return algorithms_of(*other) == algorithms_of(*candidate.config);
    });
    if (chosen.empty() || (more_bases_ && !known)) {
      chosen.push_back(candidate.config);
    }
  }
  return chosen;
}

std::vector<Proposal> BasicStrategy::one_at_a_time(const TuningConfig& base,
                                                   Precision precision) const {
  std::vector<Proposal> proposals;
  for (const TuningConfig::Layer& layer : base.layers()) {
    if (space_.may_fall_back(layer, precision)) {
      proposals.push_back(fallback(base, {layer.name}, precision));
    }
  }
  return proposals;
}

std::vector<Proposal> BasicStrategy::accumulated(const TuningConfig& base, Precision precision,
                                                 const History& history) const {
  struct Impact {
    std::string layer;
    const Trial* trial;
  };
  std::vector<Impact> impacts;
  for (const Proposal& proposal : one_at_a_time(base, precision)) {
    const Trial* trial = find_trial(history, proposal.config);
    CALOQUANT_EXPECT(trial != nullptr);
    impacts.push_back({proposal.fallbacks.front(), trial});
  }
  std::ranges::stable_sort(impacts, [this](const Impact& left, const Impact& right) {
    return better(*left.trial, *right.trial, higher_is_better_);
  });
  std::vector<Proposal> proposals;
  std::vector<std::string> layers;
  for (const Impact& impact : impacts) {
    layers.push_back(impact.layer);
    proposals.push_back(fallback(base, layers, precision));
  }
  return proposals;
}

std::optional<Proposal> BasicStrategy::next(const History& history) const {
  std::vector<Proposal> ahead = known_ahead(history);
  return ahead.empty() ? std::nullopt : std::optional(std::move(ahead.front()));
}

std::vector<Proposal> BasicStrategy::known_ahead(const History& history) const {
  if (auto proposal = first_untried(combinations_, history)) {
    return {*std::move(proposal)};
  }
  for (const TuningConfig* from : bases(history)) {
    for (const Precision precision : space_.fallback_precisions()) {
      std::vector<Proposal> ahead = untried(one_at_a_time(*from, precision), history);
      if (ahead.empty()) {
        ahead = untried(accumulated(*from, precision, history), history);
      }
      if (!ahead.empty()) {
        return ahead;
      }
    }
  }
  return {};
}

std::size_t BasicStrategy::remaining_from(const TuningConfig& base, const History& history,
                                          bool started) const {
  std::size_t remaining = 0;
  for (const Precision precision : space_.fallback_precisions()) {
    const std::vector<Proposal> singles = one_at_a_time(base, precision);
    const std::size_t untried = started ? count_untried(singles, history) : singles.size();
    if (untried > 0) {
      remaining += untried + (singles.size() - 1);
    } else if (!singles.empty()) {
      remaining += count_untried(accumulated(base, precision, history), history);
    }
  }
  return remaining;
}

std::size_t BasicStrategy::remaining_at_most(const History& history) const {
  const std::size_t untried = count_untried(combinations_, history);
  std::size_t remaining = untried;
  if (untried == 0) {
    for (const TuningConfig* base : bases(history)) {
      remaining += remaining_from(*base, history, true);
    }
    return remaining;
  }
  // Which layers fall back does not depend on the combination: all of them quantize the same ones.
  std::vector<std::vector<RangeAlgorithm>> kinds;
  for (const Proposal& proposal : combinations_) {
    std::vector<RangeAlgorithm> kind = algorithms_of(proposal.config);
    const bool known = std::ranges::find(kinds, kind) != kinds.end();
    if (kinds.empty() || (more_bases_ && !known)) {
      kinds.push_back(std::move(kind));
      remaining += remaining_from(proposal.config, history, false);
    }
  }
  return remaining;
}

}  // namespace caloquant
