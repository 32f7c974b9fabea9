#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <caloquant/verify.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/exec/kernel_choices.hpp"

namespace caloquant {

/// A phase of the run to come and how long it is expected to take.
struct PhaseEstimate {
  std::string name;
  std::int64_t events = 0;  ///< 0: no events are counted in it
  double seconds = 0.0;
};

/// What a run would do.
struct DryRun {
  std::string model;  ///< name of the network
  std::int64_t macs_per_event = 0;
  std::int64_t parameters = 0;
  std::vector<LayerSpec> layers;         ///< with the rules of the config
  std::size_t total_layers = 0;          ///< that are counted
  std::optional<Verification> verified;  ///< the model beside its framework; none: not asked
  std::size_t files = 0;                 ///< data files that were opened
  std::vector<std::string> data_notes;   ///< LabelSources::notes()
  std::int64_t calibration_events = 0;
  std::int64_t evaluation_events = 0;

  static constexpr std::size_t most_known = 20;
  /// What the strategy tries first as long as nothing meets the target; at most most_known.
  std::vector<Proposal> known;
  std::size_t at_most = 0;  ///< upper bound of the trials, the limit of the config included
  bool stops_at_target = false;

  std::int64_t timed_events = 0;        ///< of the evaluation, that the estimates are from
  double fp32_seconds_per_event = 0.0;  ///< of the fp32 network in the engine
  std::vector<PhaseEstimate> phases;    ///< of the run with the most trials, in order
  double least_seconds = 0.0;           ///< when the first sweep of trials is enough
  double most_seconds = 0.0;
  std::size_t arena_bytes = 0;   ///< activations of the fp32 network at the batch of the config
  std::size_t memory_bytes = 0;  ///< peak of the process
};

/// What a run of the config would do: a RunSession with three batches of events and a clock, whose
/// phases are scaled to the events of the config. Writes nothing, also of `kernels` (null: the
/// default kernels), which are for the caller to keep. Throws what a run would throw of config,
/// model and data. `progress` is told what is being done, and may throw.
[[nodiscard]] DryRun dry_run(const RunConfig& config,
                             const std::shared_ptr<KernelChoices>& kernels = {},
                             const std::function<void(const std::string& what)>& progress = {});

}  // namespace caloquant
