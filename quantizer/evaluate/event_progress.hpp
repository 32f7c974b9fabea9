#pragma once

#include <caloquant/error.hpp>
#include <caloquant/run_observer.hpp>
#include <cstdint>

#include "quantizer/evaluate/evaluator.hpp"

namespace caloquant {

/// Progress that lets the observer end the run: throws InterruptedError.
[[nodiscard]] inline EventProgress progress_of(RunObserver& observer) {
  return [&observer](std::int64_t done) {
    observer.on_events(done);
    if (observer.interrupted()) {
      throw InterruptedError("run");
    }
  };
}

}  // namespace caloquant
