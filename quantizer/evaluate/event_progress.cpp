#include "quantizer/evaluate/event_progress.hpp"

#include <caloquant/error.hpp>

#include "ops/core/enums.hpp"

namespace caloquant {

namespace {

constexpr EnumNames<Phase> phase_names({{Phase::reference, "reference"},
                                        {Phase::baseline, "baseline"},
                                        {Phase::equalize, "equalize"},
                                        {Phase::calibrate, "calibrate"},
                                        {Phase::corrections, "corrections"},
                                        {Phase::statistics, "statistics"},
                                        {Phase::layer_costs, "layer costs"},
                                        {Phase::biases, "biases"},
                                        {Phase::evaluate, "evaluate"},
                                        {Phase::confirmation, "confirmation"},
                                        {Phase::physics, "physics"},
                                        {Phase::report, "report"},
                                        {Phase::speed, "speed"}});

}  // namespace

std::string_view name_of(Phase phase) noexcept {
  return phase_names[phase];
}

void RunObserver::on_phase_start(Phase phase, std::int64_t events) {
  on_phase(std::string(name_of(phase)), events);
}

void check_interruption(RunObserver& observer) {
  if (observer.interrupted()) {
    throw InterruptedError("run");
  }
}

EventProgress progress_of(RunObserver& observer) {
  return [&observer](std::int64_t done) {
    observer.on_events(done);
    check_interruption(observer);
  };
}

}  // namespace caloquant
