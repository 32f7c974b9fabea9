#pragma once

#include <functional>
#include <utility>

#include "graph/exec/engine.hpp"
#include "ops/core/clock.hpp"

namespace caloquant {

/// A listener that calls `work` between steps, with a pause of a tenth of a second. A batch of a
/// large network takes seconds; whoever waits for an answer to Ctrl-C waits no longer than a step.
/// What `work` throws ends the run of the engine. Empty without work.
[[nodiscard]] inline StepListener between_steps(std::function<void()> work) {
  constexpr double pause = 0.1;  // [s]
  if (!work) {
    return {};
  }
  return [work = std::move(work), told = steady_seconds()](
             const LoweredGraph&, std::size_t, const std::byte*, const std::byte*) mutable {
    if (steady_seconds() - told >= pause) {
      work();
      told = steady_seconds();
    }
  };
}

}  // namespace caloquant
