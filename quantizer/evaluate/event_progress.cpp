#include "quantizer/evaluate/event_progress.hpp"

#include <caloquant/error.hpp>

namespace caloquant {

std::string_view name_of(Phase phase) noexcept {
  switch (phase) {
    case Phase::reference:
      return "reference";
    case Phase::baseline:
      return "baseline";
    case Phase::equalize:
      return "equalize";
    case Phase::calibrate:
      return "calibrate";
    case Phase::corrections:
      return "corrections";
    case Phase::statistics:
      return "statistics";
    case Phase::layer_costs:
      return "layer costs";
    case Phase::biases:
      return "biases";
    case Phase::evaluate:
      return "evaluate";
    case Phase::physics:
      return "physics";
    case Phase::report:
      return "report";
    case Phase::speed:
      return "speed";
  }
  return "?";
}

void RunObserver::on_phase_start(Phase phase, std::int64_t events) {
  on_phase(std::string(name_of(phase)), events);
}

EventProgress progress_of(RunObserver& observer) {
  return [&observer](std::int64_t done) {
    observer.on_events(done);
    if (observer.interrupted()) {
      throw InterruptedError("run");
    }
  };
}

}  // namespace caloquant
