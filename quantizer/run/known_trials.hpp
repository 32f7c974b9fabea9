#pragma once

#include <caloquant/strategy.hpp>
#include <cstddef>
#include <vector>

namespace caloquant {

/// At most `most` proposals with which a run begins as long as none meets the target: those that
/// the strategy makes alike whether losses grow, fall or do both in turn.
[[nodiscard]] std::vector<Proposal> known_trials(const Strategy& strategy, std::size_t most);

}  // namespace caloquant
