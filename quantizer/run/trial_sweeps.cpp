#include "quantizer/run/trial_sweeps.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <limits>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/clock.hpp"

namespace caloquant {

TrialSweeps::TrialSweeps(const RunConfig& config, const Evaluator& evaluator,
                         PreparedNetwork& network, Target target, EventProgress progress)
    : config_(config),
      evaluator_(evaluator),
      network_(network),
      target_(std::move(target)),
      progress_(std::move(progress)) {}

Evaluation TrialSweeps::evaluate(const TuningConfig& config, const Strategy& strategy,
                                 const History& history) {
  const std::string key = config.key();
  if (swept_.count(key) == 0) {
    sweep_ahead(strategy, history);
  }
  const Swept& result = swept_.at(key);
  const ModelQuality& quality = result.quality;
  const LossResult& loss = quality.loss;
  CALOQUANT_EXPECT(!quality.measures.empty());
  Evaluation evaluation;
  evaluation.loss = loss.value;
  evaluation.standard_error =
      loss.standard_error.value_or(std::numeric_limits<double>::quiet_NaN());
  evaluation.seconds = result.seconds;
  evaluation.events = quality.events;
  evaluation.stopped_early =
      quality.verdict() == Verdict::failed &&
      static_cast<std::int64_t>(quality.events) < evaluator_.events().evaluation().size();
  evaluation.loss_measure = quality.measures.front();
  evaluation.measures.assign(quality.measures.begin() + 1, quality.measures.end());
  return evaluation;
}

void TrialSweeps::sweep(const std::vector<Proposal>& proposals) {
  std::vector<Graph> graphs;
  graphs.reserve(proposals.size());
  for (const Proposal& proposal : proposals) {
    graphs.push_back(network_.quantized(proposal.config));
  }
  const double start = steady_seconds();
  const std::size_t most = proposals.front().probe
                               ? static_cast<std::size_t>(evaluator_.events().evaluation().size())
                               : evaluator_.most_events();
  std::vector<ModelQuality> qualities =
      evaluator_.judged(graphs, target_, EventUse::search, most, progress_);
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
  const auto other = std::ranges::find_if(
      ahead, [&](const Proposal& proposal) { return proposal.probe != ahead.front().probe; });
  ahead.erase(other, ahead.end());
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
