#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/measure/phase_clock.hpp"
#include "quantizer/run/prepared_network.hpp"

namespace caloquant {

/// A run over a few batches, phase by phase as quantize() does it, without output. Arguments must
/// outlive it.
class Rehearsal {
 public:
  // Phases beside those of a run: the network alone; what the strategy knows ahead, in one sweep;
  // one configuration alone.
  static constexpr const char* fp32_phase = "fp32";
  static constexpr const char* first_trials = "first trials";
  static constexpr const char* one_trial = "one trial";
  static constexpr const char* cost_phase = "layer costs";  ///< with one repetition
  static constexpr const char* physics_phase = "physics";

  /// The config with three batches of events: the first one warms up, two are timed.
  [[nodiscard]] static RunConfig small_config(const RunConfig& config);

  Rehearsal(const RunConfig& small, const Graph& fp32, const TuningSpace& space,
            EngineOptions engine, std::function<void(const std::string&)> progress);

  /// Once. Throws what the run would throw.
  [[nodiscard]] std::vector<TimedPhase> run();
  /// Of the run; needs run().
  [[nodiscard]] const Strategy& strategy() const { return *strategy_; }
  [[nodiscard]] std::int64_t events() const { return evaluator_->events().evaluation().size(); }

 private:
  void run_fp32();
  void learn_costs();
  void make_strategy_of_run();
  void run_trials(const TuningConfig& first, double target);
  void finish_as_run(const TuningConfig& first);

  const RunConfig& config_;
  const Graph& fp32_;
  const TuningSpace& space_;
  EngineOptions engine_;
  PhaseClock clock_;
  std::unique_ptr<Evaluator> evaluator_;
  PreparedNetwork network_;
  ModelQuality baseline_;
  CostTable costs_;
  std::unique_ptr<Strategy> strategy_;
};

}  // namespace caloquant
