#include "quantizer/run/known_trials.hpp"

#include <array>
#include <optional>
#include <utility>

namespace caloquant {
namespace {

/// A trial that misses the target by far.
Trial missed(const Proposal& proposal, std::size_t step, double loss) {
  Trial trial;
  trial.step = step;
  trial.proposal = proposal;
  trial.loss = loss;
  trial.standard_error = 0.0;
  trial.measures = {{"loss", loss, 1e-6}};
  return trial;
}

}  // namespace

std::vector<Proposal> known_trials(const Strategy& strategy, std::size_t most) {
  std::array<History, 3> histories;
  std::vector<Proposal> known;
  while (known.size() < most) {
    std::optional<Proposal> next = strategy.next(histories[0]);
    for (std::size_t i = 1; next && i < histories.size(); ++i) {
      const std::optional<Proposal> other = strategy.next(histories[i]);
      if (!other || other->config != next->config) {
        next.reset();
      }
    }
    if (!next) {
      break;
    }
    const std::size_t step = known.size();
    const double rising = 1.0 + 0.1 * static_cast<double>(step);
    const std::array losses{rising, 1.0 / rising, step % 2 == 0 ? rising : 1.0 / rising};
    for (std::size_t i = 0; i < histories.size(); ++i) {
      histories[i].push_back(missed(*next, step, losses[i]));
    }
    known.push_back(*std::move(next));
  }
  return known;
}

}  // namespace caloquant
