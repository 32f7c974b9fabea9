#pragma once

#include <caloquant/run_observer.hpp>

#include "quantizer/evaluate/evaluator.hpp"

namespace caloquant {

/// Throws InterruptedError where the observer wants the run to end.
void check_interruption(RunObserver& observer);

/// Progress that lets the observer end the run: throws InterruptedError.
[[nodiscard]] EventProgress progress_of(RunObserver& observer);

}  // namespace caloquant
