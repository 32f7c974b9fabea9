#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>
#include <cmath>
#include <utility>

#include "ops/core/enums.hpp"
#include "quantizer/search/strategy/auto.hpp"
#include "quantizer/search/strategy/basic.hpp"
#include "quantizer/search/strategy/conservative.hpp"
#include "quantizer/search/strategy/exhaustive.hpp"
#include "quantizer/search/strategy/mse_v2.hpp"
#include "quantizer/search/strategy/random.hpp"
#include "quantizer/search/strategy/sensitivity.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Objective> objective_names({{Objective::fastest, "fastest"},
                                                {Objective::smallest, "smallest"},
                                                {Objective::accurate, "accurate"}});

/// One row per strategy; a new strategy is its file and a row here.
struct Entry {
  const char* name;
  std::unique_ptr<Strategy> (*make)(const StrategyOptions&, const TuningSpace&);
};

std::unique_ptr<Strategy> make_basic(const StrategyOptions& options, const TuningSpace& space) {
  return std::make_unique<BasicStrategy>(space, options.higher_is_better, options.more_bases);
}

LevelTable levels(const StrategyOptions& options, const TuningSpace& space) {
  return {space, options.costs, options.objective};
}

std::unique_ptr<Strategy> make_conservative(const StrategyOptions& options,
                                            const TuningSpace& space) {
  return std::make_unique<ConservativeStrategy>(levels(options, space));
}

std::unique_ptr<Strategy> make_mse_v2(const StrategyOptions& options, const TuningSpace& space) {
  return std::make_unique<MseV2Strategy>(levels(options, space), options.higher_is_better);
}

std::unique_ptr<Strategy> make_sensitivity(const StrategyOptions& options,
                                           const TuningSpace& space) {
  return std::make_unique<SensitivityStrategy>(levels(options, space), options);
}

std::unique_ptr<Strategy> make_exhaustive(const StrategyOptions& options,
                                          const TuningSpace& space) {
  return std::make_unique<ExhaustiveStrategy>(levels(options, space));
}

std::unique_ptr<Strategy> make_random(const StrategyOptions& options, const TuningSpace& space) {
  return std::make_unique<RandomStrategy>(levels(options, space), options.seed, options.max_trials);
}

std::unique_ptr<Strategy> make_auto(const StrategyOptions& options, const TuningSpace& space) {
  return std::make_unique<AutoStrategy>(levels(options, space), options);
}

constexpr Entry entries[] = {
    {"basic", make_basic},
    {"conservative", make_conservative},
    {"mse_v2", make_mse_v2},
    {"sensitivity", make_sensitivity},
    {"exhaustive", make_exhaustive},
    {"random", make_random},
    {"auto", make_auto},
};

/// 2: a finite loss; 1: NaN or infinite; 0: an error.
int rank(const Trial& trial) {
  if (!trial.error.empty()) {
    return 0;
  }
  return std::isfinite(trial.loss) ? 2 : 1;
}

}  // namespace

std::string_view name_of(Objective objective) noexcept {
  return objective_names[objective];
}

std::vector<Proposal> Strategy::known_ahead(const History& history) const {
  auto proposal = next(history);
  return proposal ? std::vector<Proposal>{*std::move(proposal)} : std::vector<Proposal>{};
}

bool better(const Trial& trial, const Trial& other, bool higher_is_better) {
  if (rank(trial) != rank(other)) {
    return rank(trial) > rank(other);
  }
  if (rank(trial) < 2) {
    return false;
  }
  return higher_is_better ? trial.loss > other.loss : trial.loss < other.loss;
}

const std::vector<std::string>& strategy_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Entry& entry : entries) {
      all.emplace_back(entry.name);
    }
    return all;
  }();
  return names;
}

std::unique_ptr<Strategy> make_strategy(const StrategyOptions& options, const TuningSpace& space) {
  for (const Entry& entry : entries) {
    if (options.name == entry.name) {
      return entry.make(options, space);
    }
  }
  std::string known;
  for (const std::string& name : strategy_names()) {
    known.append(known.empty() ? "" : ", ").append(name);
  }
  throw ConfigError("/tuning_criterion/strategy", "'" + options.name + "' is not a strategy",
                    "use one of: " + known);
}

}  // namespace caloquant
