#pragma once

#include <caloquant/strategy.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// Why a run ended.
enum class StopReason {
  target_met,   ///< timeout 0 and a configuration met the target
  exhausted,    ///< the strategy has nothing left
  max_trials,   ///<
  timeout,      ///<
  interrupted,  ///< by the user: RunObserver::interrupted() or an Error of that kind
  callback,     ///< on_trial returned false
  failed,       ///< an error ended the run
};
[[nodiscard]] std::string_view name_of(StopReason reason) noexcept;

/// All trials of a run and which of them is the best.
struct TuneResult {
  History trials;                   ///< in order
  std::optional<std::size_t> best;  ///< index into trials; nothing when no trial gave a loss
  bool target_met = false;          ///< by trials[best]
  double baseline = 0.0;            ///< loss of the fp32 model
  double target = 0.0;              ///< limit of the loss
  StopReason reason = StopReason::exhausted;  ///< why the search ended
  double seconds = 0.0;                       ///< wall time of the run [s]
};

/// One layer of the final plan.
struct LayerReport {
  std::string name;                       ///< of the layer
  std::string op;                         ///< "conv" or "dense"
  Precision precision = Precision::fp32;  ///< in the best configuration
  std::string reason;                     ///< why it is fp32; empty for a quantized layer
};

}  // namespace caloquant
#pragma GCC visibility pop
