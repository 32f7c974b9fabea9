#include "quantizer/run/trial_sweeps.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <limits>
#include <utility>

#include "ops/core/clock.hpp"

namespace caloquant {

TrialSweeps::TrialSweeps(const RunConfig& config, const Evaluator& evaluator,
                         PreparedNetwork& network, double target, EventProgress progress)
    : config_(config),
      evaluator_(evaluator),
      network_(network),
      target_(target),
      progress_(std::move(progress)) {}

Evaluation TrialSweeps::evaluate(const TuningConfig& config, const Strategy& strategy,
                                 const History& history) {
  const std::string key = config.key();
  if (swept_.count(key) == 0) {
    sweep_ahead(strategy, history);
  }
  const Swept& result = swept_.at(key);
  const LossResult& loss = result.quality.loss;
  return {loss.value, loss.standard_error.value_or(std::numeric_limits<double>::quiet_NaN()),
          result.seconds,
          static_cast<std::int64_t>(loss.events) < evaluator_.events().evaluation().size(),
          measures_of(result.quality, config_.accuracy)};
}

void TrialSweeps::sweep(const std::vector<Proposal>& proposals) {
  std::vector<Graph> graphs;
  graphs.reserve(proposals.size());
  for (const Proposal& proposal : proposals) {
    graphs.push_back(network_.quantized(proposal.config));
  }
  const double start = steady_seconds();
  std::vector<ModelQuality> qualities = evaluator_.qualities_of(graphs, progress_, target_);
  const double seconds = steady_seconds() - start;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    swept_[proposals[i].config.key()] = {std::move(qualities[i]),
                                         seconds / static_cast<double>(proposals.size())};
  }
}

void TrialSweeps::sweep_ahead(const Strategy& strategy, const History& history) {
  std::vector<Proposal> ahead = strategy.known_ahead(history);
  const std::size_t room = config_.tuning.limits.max_trials - history.size();
  ahead.resize(std::min({ahead.size(), room, most_shared_trials}));
  if (ahead.size() > 1) {
    try {
      sweep(ahead);
      return;
    } catch (const BackendError&) {
      ahead.resize(1);  // one of them cannot be executed: the log shall say which
    }
  }
  sweep(ahead);
}

}  // namespace caloquant
