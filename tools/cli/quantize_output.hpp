#pragma once

#include <caloquant/config.hpp>
#include <memory>
#include <string>
#include <vector>

#include <caloquant/run_observer.hpp>
#include "quantizer/output/progress/step_table.hpp"
#include "quantizer/result/quantize_result.hpp"
#include "quantizer/run/dry_run.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// Prints the step table as it grows and a progress line below it.
class TerminalObserver : public RunObserver {
 public:
  /// Both must outlive it.
  TerminalObserver(const RunConfig& config, const OutputArguments& out);

  void on_phase_start(Phase phase, std::int64_t events) override;
  void on_events(std::int64_t done) override;
  void on_data_notes(const std::vector<std::string>& notes) override;
  void on_target(const LossResult& baseline, double target) override;
  void on_resumed(const History& trials) override;
  void on_trial_start(std::size_t step, const Proposal& proposal, std::size_t at_most,
                      std::int64_t events) override;
  bool on_trial(const Trial& trial) override;
  [[nodiscard]] bool interrupted() override;

 private:
  const RunConfig& config_;
  const OutputArguments& out_;
  ProgressLine progress_;
  std::unique_ptr<StepTable> table_;
};

/// The layers, the best step, costs, criteria and files of a run, for people.
void print_outcome(const QuantizeResult& result, const RunConfig& config, const std::string& output,
                   TextStyle style);
/// The same as one JSON object.
void print_outcome_json(const QuantizeResult& result, const RunConfig& config,
                        const std::string& output);

/// What --dry-run found, for people and as one JSON object.
void print_dry_run(const DryRun& plan, const RunConfig& config);
void print_dry_run_json(const DryRun& plan, const RunConfig& config);

}  // namespace caloquant::cli
