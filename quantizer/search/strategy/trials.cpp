#include "quantizer/search/strategy/trials.hpp"

#include <algorithm>

namespace caloquant {

const Trial* find_trial(const History& history, const TuningConfig& config) {
  const auto found = std::ranges::find_if(
      history, [&](const Trial& trial) { return trial.proposal.config == config; });
  return found == history.end() ? nullptr : &*found;
}

}  // namespace caloquant
