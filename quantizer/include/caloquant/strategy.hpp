#pragma once

#include <caloquant/measure.hpp>
#include <caloquant/tuning.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// What a strategy wants to see evaluated next.
struct Proposal {
  /// What is tried.
  TuningConfig config;
  /// Layers that differ from the strategy's base because they fell back, in the order in which they
  /// did; empty when the configuration is no fallback.
  std::vector<std::string> fallbacks;
  std::string changed;  ///< for people: "conv int8 kl per_channel", "conv3d_2, conv3d_5 -> fp32"
  /// Tried to learn from, not as a plan: it sees no more than the evaluation events of the data.
  bool probe = false;
};

/// One evaluated configuration.
struct Trial {
  /// From 0.
  std::size_t step = 0;
  /// What was tried.
  Proposal proposal;
  /// NaN: not finite, or failed.
  double loss = std::numeric_limits<double>::quiet_NaN();
  /// Of the loss.
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  std::string error;     ///< why there is no loss; empty when there is one
  double seconds = 0.0;  ///< wall time of the evaluation [s]
  /// By all measures; undecided: more events would tell.
  Verdict verdict = Verdict::failed;
  bool target_met = false;  ///< passed
  std::size_t events = 0;   ///< that were seen; 0: not known
  /// What was measured, the loss first; the target is met when all are. Empty for a failed trial.
  std::vector<Measure> measures;
  bool stopped_early = false;  ///< the loss is from a part of the events, enough to miss the target

  /// Layers that are not fp32.
  [[nodiscard]] std::size_t quantized_layers() const { return proposal.config.quantized_layers(); }
  /// Layers of the configuration.
  [[nodiscard]] std::size_t total_layers() const { return proposal.config.layers().size(); }
};

/// All trials so far, in order.
using History = std::vector<Trial>;

/// Is `trial` better than `other`? A finite loss beats NaN and infinities, any loss beats an error;
/// equal ranks are not better.
[[nodiscard]] bool better(const Trial& trial, const Trial& other, bool higher_is_better);

/// A generator of configurations. It sees the space and the history, nothing else (no model, no
/// clock), and keeps no state: the same history gives the same proposal, so a run can go on from
/// its history alone. It never proposes a configuration that is in the history.
class Strategy {
 public:
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  /// As the config names it.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Nothing when the strategy has come to its end.
  [[nodiscard]] virtual std::optional<Proposal> next(const History& history) const = 0;
  /// What next() will propose one after another whatever the losses are that are still to come, so
  /// that it can be evaluated together; begins with next(). Empty when next() has nothing.
  [[nodiscard]] virtual std::vector<Proposal> known_ahead(const History& history) const;
  /// An upper bound of the proposals that are still to come; 0 exactly when next() has none.
  [[nodiscard]] virtual std::size_t remaining_at_most(const History& history) const = 0;
  /// May a run without a timeout end at the first trial that meets the target? Others come to
  /// their own end, because a later trial may be cheaper.
  [[nodiscard]] virtual bool stops_at_target() const { return false; }
  /// Is the best of the trials that meet the target the one with the most quantized layers,
  /// whatever layers cost? Of others the objective decides.
  [[nodiscard]] virtual bool prefers_most_layers() const { return false; }

 protected:
  Strategy() = default;
};

/// What a layer costs at a precision.
struct LayerCost {
  double milliseconds = 0.0;  ///< per event
  double bytes = 0.0;         ///< of its weights and scales
};
/// By layer and precision, for every precision that a layer searches. Stored with the results, so
/// that a run can be repeated on another machine.
using CostTable = std::map<std::string, std::map<Precision, LayerCost>>;

/// What is sought among the configurations that meet the target.
enum class Objective {
  fastest,   ///< least milliseconds by the table
  smallest,  ///< least bytes by the table
  accurate,  ///< best loss (within the time or the trials of the run)
};
[[nodiscard]] std::string_view name_of(Objective objective) noexcept;

/// What a run prepares for a strategy. Asked before the strategy is made, because it is made from a
/// space and from costs that depend on this. The defaults are those of a strategy about which
/// nothing is known: no time is spent on what it did not ask for.
struct StrategyTraits {
  /// The space has every precision that a layer can have. Otherwise it has int8 and fp32, and with
  /// QuantizationConfig::dense_weights_int8 the Dense layers that fall back keep 8-bit weights.
  bool searches_ladder = false;
  /// StrategyOptions::costs and the choice of the best trial are from costs that are measured, or
  /// read from TuningCriterion::layer_costs. Otherwise they are nominal: what a layer computes.
  bool wants_layer_costs = false;
  /// Equalization and corrections that the config leaves to the program ("auto") are tried, which
  /// takes evaluations in front of the search. Otherwise "auto" is "off".
  bool tries_corrections = false;

  friend bool operator==(const StrategyTraits&, const StrategyTraits&) = default;
};

/// What a strategy is made from.
struct StrategyOptions {
  /// See strategy_names().
  std::string name = "basic";
  /// Of the metric.
  bool higher_is_better = false;
  /// basic: go on from further combinations where Intel Neural Compressor gives up.
  bool more_bases = true;
  /// Which plan is the best.
  Objective objective = Objective::fastest;
  CostTable costs{};          ///< empty: all layers count the same, see nominal_costs()
  std::uint64_t seed = 1978;  ///< random
  /// Of the run.
  std::size_t max_trials = 100;
  double baseline = 0.0;  ///< loss of the FP32 model: what is left when no layer is quantized
  /// Most that a trial sees while it is undecided; 0: all trials see the same ones.
  std::size_t max_events = 0;
  /// Plans of several layers are fitted to the energy response, so that less of what the layers do
  /// alone is left in them.
  bool fitted = false;
};

/// Names that make_strategy() knows.
[[nodiscard]] const std::vector<std::string>& strategy_names();

/// What a run prepares for a strategy of make_strategy(). Throws ConfigError for an unknown name.
[[nodiscard]] StrategyTraits strategy_traits(std::string_view name);

/// Throws ConfigError for an unknown name, for a cost table that lacks a layer or a precision, and
/// for a space that is too large for the strategy.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(const StrategyOptions& options,
                                                      const TuningSpace& space);

}  // namespace caloquant
#pragma GCC visibility pop
