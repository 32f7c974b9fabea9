#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/run/prepared_network.hpp"
#include "quantizer/search/tune/loop.hpp"

namespace caloquant {

/// Evaluates configurations. Those that the strategy will propose anyway go through one sweep over
/// the events with the first of them, and wait to be asked for. Arguments must outlive it.
class TrialSweeps {
 public:
  /// Trials in one sweep, all probes or none. More would only need memory: what trials share is a
  /// prefix.
  static constexpr std::size_t most_shared_trials = 16;

  TrialSweeps(const RunConfig& config, const Evaluator& evaluator, PreparedNetwork& network,
              Target target, EventProgress progress);

  /// Of a configuration that `strategy` has proposed after `history`.
  [[nodiscard]] Evaluation evaluate(const TuningConfig& config, const Strategy& strategy,
                                    const History& history);
  /// A configuration that was evaluated before.
  void know(const TuningConfig& config, ModelQuality quality, double seconds) {
    swept_[config.key()] = {std::move(quality), seconds};
  }
  /// Of a configuration that was evaluated.
  [[nodiscard]] const ModelQuality& quality_of(const TuningConfig& config) const {
    return swept_.at(config.key()).quality;
  }

 private:
  struct Swept {
    ModelQuality quality;
    double seconds = 0.0;  ///< its share of the sweep [s]
  };
  void sweep(const std::vector<Proposal>& proposals);
  void sweep_ahead(const Strategy& strategy, const History& history);

  const RunConfig& config_;
  const Evaluator& evaluator_;
  PreparedNetwork& network_;
  Target target_;
  EventProgress progress_;
  std::map<std::string, Swept> swept_;  ///< by key of the configuration
};

}  // namespace caloquant
