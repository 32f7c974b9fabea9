#pragma once

#include <chrono>

namespace caloquant {

/// Seconds of the steady clock: only differences mean something.
[[nodiscard]] inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace caloquant
