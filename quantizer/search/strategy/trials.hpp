#pragma once

#include <caloquant/strategy.hpp>

namespace caloquant {

/// The trial of a configuration; null when it is not in the history.
[[nodiscard]] const Trial* find_trial(const History& history, const TuningConfig& config);

}  // namespace caloquant
