#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "graph/exec/kernel_choices.hpp"
#include "graph/load_model/load_model.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/gate/gate_result.hpp"
#include "quantizer/gate/rule.hpp"

namespace caloquant {

/// What the gate asks. With neither `max_loss` nor `baseline` the target of the config.
struct GateOptions {
  std::optional<double> max_loss;  ///< limit of the loss itself; a floor when higher is better
  std::optional<std::filesystem::path> baseline;  ///< result.json of the baseline model
  Tolerance tolerance;
  /// Largest |mean total energy / that of the baseline model - 1|, of all events and in any bin.
  double max_drift = 0.005;
  std::optional<double> min_speedup;  ///< of the model over its fp32 parent
  bool undecided_passes = false;
};

/// Judges a model against the fp32 parent of a config as a trial of a run is judged, or against a
/// baseline model (README.md of this folder has the rules). Where the baseline model lies beside
/// its result.json, both run on the same events.
/// Throws ConfigError, ModelError, DataError, BackendError, and InterruptedError by the observer.
[[nodiscard]] GateResult check_model(const RunConfig& config, const LoadedModel& model,
                                     const GateOptions& options, RunObserver& observer,
                                     std::shared_ptr<KernelChoices> kernels = {});

}  // namespace caloquant
