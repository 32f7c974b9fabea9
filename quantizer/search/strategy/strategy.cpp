#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>
#include <cmath>
#include <iterator>
#include <string>
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
  const char* name = "";
  StrategyTraits traits{};
  std::unique_ptr<Strategy> (*make)(const StrategyOptions&, const TuningSpace&) = nullptr;
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

/// The precisions and the order of Intel Neural Compressor, which does not ask what layers cost.
constexpr StrategyTraits as_inc{};
constexpr StrategyTraits by_costs{.searches_ladder = true, .wants_layer_costs = true};
constexpr StrategyTraits all_means{
    .searches_ladder = true, .wants_layer_costs = true, .tries_corrections = true};

constexpr Entry entries[] = {
    {"basic", as_inc, make_basic},
    {"conservative", by_costs, make_conservative},
    {"mse_v2", by_costs, make_mse_v2},
    {"sensitivity", by_costs, make_sensitivity},
    {"exhaustive", by_costs, make_exhaustive},
    {"random", by_costs, make_random},
    {"auto", all_means, make_auto},
};

const Entry& entry_of(std::string_view name) {
  const auto* const entry =
      std::ranges::find_if(entries, [&](const Entry& row) { return name == row.name; });
  if (entry == std::end(entries)) {
    std::string known;
    for (const Entry& row : entries) {
      known.append(known.empty() ? "" : ", ").append(row.name);
    }
    throw ConfigError("/tuning_criterion/strategy", "'" + std::string(name) + "' is not a strategy",
                      "use one of: " + known);
  }
  return *entry;
}

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

StrategyTraits strategy_traits(std::string_view name) {
  return entry_of(name).traits;
}

std::unique_ptr<Strategy> make_strategy(const StrategyOptions& options, const TuningSpace& space) {
  return entry_of(options.name).make(options, space);
}

}  // namespace caloquant
