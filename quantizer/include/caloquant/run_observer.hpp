#pragma once

#include <caloquant/loss_result.hpp>
#include <caloquant/strategy.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// What a run does at a time, in this order; not every run has all of them. Trials, between
/// layer_costs and biases, are told one by one.
enum class Phase {
  reference,     ///< the fp32 model, or the targets of the data: what models are compared with
  baseline,      ///< the loss of the fp32 model
  equalize,      ///< channel ranges, by which scales are moved between layers
  calibrate,     ///< ranges of activations
  corrections,   ///< which corrections are worth it
  statistics,    ///< moments of the layers' inputs, which corrections are made from
  layer_costs,   ///< milliseconds of every layer at every precision
  biases,        ///< biases of the best plan from quantized inputs
  evaluate,      ///< the quality of a model
  confirmation,  ///< the best plan on events that no trial has seen
  physics,       ///< the best plan beside the fp32 model and the data
  report,        ///< layers and times for the page
  speed,         ///< fp32 and quantized model in turns
};
[[nodiscard]] std::string_view name_of(Phase phase) noexcept;

/// Watches a run and may end it. Every call comes from the thread that began the run; what a call
/// throws ends the run and reaches the caller.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// A phase of so many events.
  virtual void on_phase_start(Phase phase, std::int64_t events);
  /// The former name of on_phase_start(), which calls it; it goes with the next version.
  virtual void on_phase(const std::string& /*phase*/, std::int64_t /*events*/) {}
  /// Events done in the present phase or trial.
  virtual void on_events(std::int64_t /*done*/) {}
  /// Before the first phase: what has to be known of the data, as that energies are estimated.
  /// Called only when there is something to say.
  virtual void on_data_notes(const std::vector<std::string>& /*notes*/) {}
  /// After the baseline: what the trials have to reach.
  virtual void on_target(const LossResult& /*baseline*/, double /*target*/) {}
  /// Before the first trial of a run that goes on: those that were finished before.
  virtual void on_resumed(const History& /*trials*/) {}
  /// A trial begins: its step, what is tried, how many trials there are at most, and its events.
  virtual void on_trial_start(std::size_t /*step*/, const Proposal& /*proposal*/,
                              std::size_t /*at_most*/, std::int64_t /*events*/) {}
  /// After a trial; false ends the search with the best so far.
  virtual bool on_trial(const Trial& /*trial*/) { return true; }
  /// Asked after every batch: true ends the run with the best so far.
  [[nodiscard]] virtual bool interrupted() { return false; }
};

}  // namespace caloquant
#pragma GCC visibility pop
