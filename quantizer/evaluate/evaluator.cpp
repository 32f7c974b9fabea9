#include "quantizer/evaluate/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "graph/exec/batch_tensors.hpp"
#include "graph/ir/merge.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {
namespace {

/// One model under test.
class ShownModel : public OutputSample {
 public:
  ShownModel(std::unique_ptr<OutputSample> metric, std::size_t metric_events,
             std::optional<CriteriaSample> physics)
      : metric_(std::move(metric)), metric_events_(metric_events), physics_(std::move(physics)) {}

  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override {
    if (metric_ && static_cast<std::size_t>(first) < metric_events_) {
      metric_->add(first, count, outputs);
    }
    if (physics_) {
      physics_->add(outputs[0], team_size());
    }
  }
  [[nodiscard]] const OutputSample* metric() const { return metric_.get(); }
  [[nodiscard]] const CriteriaSample* physics() const { return physics_ ? &*physics_ : nullptr; }

 private:
  std::unique_ptr<OutputSample> metric_;
  std::size_t metric_events_;
  std::optional<CriteriaSample> physics_;
};

/// The fp32 model's outputs, for the metric and for the physics.
class ReferenceOutputs : public OutputSample {
 public:
  /// Counts in `events` what was added.
  ReferenceOutputs(OutputSample* metric, CriteriaSample* physics, std::size_t& events)
      : metric_(metric), physics_(physics), events_(events) {}
  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override {
    if (metric_ != nullptr) {
      metric_->add(first, count, outputs);
    }
    if (physics_ != nullptr) {
      physics_->add(outputs[0], team_size());
    }
    events_ += static_cast<std::size_t>(count);
  }

 private:
  OutputSample* metric_;
  CriteriaSample* physics_;
  std::size_t& events_;
};

}  // namespace

/// Models in one sweep after another over the same events.
class Evaluator::Showing {
 public:
  Showing(const Evaluator& evaluator, const std::vector<Graph>& graphs, EventUse use)
      : evaluator_(evaluator),
        graphs_(graphs),
        use_(use),
        metric_events_(evaluator.metric_events(use)),
        qualities_(graphs.size()) {
    if (metric_events_ > 0) {
      fp32_outputs_ = evaluator.make_fp32_outputs();
    }
    for (const Graph& graph : graphs) {
      alive_.push_back(samples_.size());
      samples_.push_back(std::make_unique<ShownModel>(
          metric_events_ > 0 ? evaluator.make_sample(graph, fp32_outputs_.get()) : nullptr,
          metric_events_,
          evaluator.physics_ ? std::optional(evaluator.physics_->sample_of(graph.output_units()))
                             : std::nullopt));
    }
  }

  /// Shows further events to the models that are not decided, up to `events` of each.
  void show(std::size_t events, const EventProgress& progress) {
    evaluator_.extend_references(use_, events, progress);
    std::vector<Graph> running;
    std::vector<OutputSample*> into;
    if (fp32_outputs_ && seen_ < metric_events_) {
      running.push_back(evaluator_.fp32_);
      into.push_back(fp32_outputs_.get());
    }
    for (const std::size_t model : alive_) {
      running.push_back(graphs_[model]);
      into.push_back(samples_[model].get());
    }
    const std::int64_t origin = evaluator_.events().first_event(use_);
    evaluator_.add_network(
        merge_graphs(running),
        {origin + static_cast<std::int64_t>(seen_), origin + static_cast<std::int64_t>(events)},
        origin, into, progress);
    seen_ = events;
    for (const std::size_t model : alive_) {
      measure(model);
    }
  }

  /// Judges the models that are not decided yet.
  void judge(const Target& target, const Look& look) {
    for (const std::size_t model : alive_) {
      ModelQuality& quality = qualities_[model];
      quality.measures.clear();
      if (metric_events_ > 0) {
        judge_loss(target, look, quality);
      }
      if (const CriteriaSample* physics = samples_[model]->physics()) {
        for (Measure& measure : evaluator_.physics_->measures(*physics, seen_, use_, look)) {
          quality.measures.push_back(std::move(measure));
        }
      }
    }
    std::erase_if(alive_, [&](std::size_t model) {
      return qualities_[model].verdict() != Verdict::undecided;
    });
  }
  [[nodiscard]] bool all_decided() const { return alive_.empty(); }
  [[nodiscard]] const std::vector<ModelQuality>& so_far() const { return qualities_; }
  [[nodiscard]] std::vector<ModelQuality> qualities() && { return std::move(qualities_); }

 private:
  void measure(std::size_t model) {
    ModelQuality& quality = qualities_[model];
    quality = {};
    if (const OutputSample* metric = samples_[model]->metric()) {
      quality = evaluator_.quality_from(*metric, std::min(seen_, metric_events_), use_);
    }
    quality.events = seen_;
    if (const CriteriaSample* physics = samples_[model]->physics()) {
      evaluator_.physics_->describe(*physics, seen_, use_, quality);
    }
  }

  void judge_loss(const Target& target, const Look& look, ModelQuality& quality) const {
    const auto error_of = [this](double value) { return evaluator_.error_of(value); };
    std::vector<Measure>& measures = quality.measures;
    measures.push_back(loss_measure(quality.loss, target, look, error_of));
    if (evaluator_.physics_) {
      if (auto difference = loss_difference(quality.loss, target, look)) {
        measures.push_back(*std::move(difference));
      }
    }
    if (seen_ < metric_events_ && metric_events_ != unlimited) {
      leave_open(evaluator_.misses_clearly(quality, target.loss), measures);
    }
  }

  /// Of a part of the events a metric says only that a model is hopeless.
  static void leave_open(bool hopeless, std::vector<Measure>& measures) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    for (Measure& measure : measures) {
      measure.value = std::isnan(measure.value) ? 0.0 : measure.value;
      measure.upper = infinite;
      measure.lower = -infinite;
    }
    if (hopeless) {
      measures.front().lower = infinite;
    }
  }

  const Evaluator& evaluator_;
  const std::vector<Graph>& graphs_;
  EventUse use_;
  std::size_t metric_events_;
  std::unique_ptr<OutputSample> fp32_outputs_;
  std::vector<std::unique_ptr<ShownModel>> samples_;
  std::vector<std::size_t> alive_;
  std::vector<ModelQuality> qualities_;
  std::size_t seen_ = 0;
};

Evaluator::Evaluator(const RunConfig& config, Graph fp32, EngineOptions engine)
    : config_(config),
      fp32_(std::move(fp32)),
      engine_(std::move(engine)),
      batch_(static_cast<std::int64_t>(config.execution.batch)) {}

void Evaluator::judge_physics(const LatentSource& source) {
  if (config_.accuracy.criteria == Criteria::physics) {
    physics_.emplace(config_, source, fp32_.output_units());
  }
}

std::size_t Evaluator::most_events() const {
  const auto of_data = static_cast<std::size_t>(events().evaluation().size());
  return physics_ ? std::max(of_data, config_.accuracy.max_events) : of_data;
}

/// Where events cannot be drawn, parts are multiples of the batch, so that batches are cut as
/// without them.
std::vector<Look> Evaluator::looks(EventUse use, std::size_t most) const {
  const std::size_t of_metric = metric_events(use);
  if (physics_) {
    return growing_looks(most, of_metric == unlimited ? 0 : of_metric, config_.accuracy.confidence);
  }
  const auto all = static_cast<std::size_t>(events().evaluation().size());
  std::vector<Look> looks;
  if (config_.tuning.early_stop) {
    for (const std::size_t part : {std::size_t{8}, std::size_t{2}}) {
      const std::size_t first =
          all / part / static_cast<std::size_t>(batch_) * static_cast<std::size_t>(batch_);
      if (first >= first_look && first < all) {
        looks.push_back({first});
      }
    }
  }
  looks.push_back(only_look(all, config_.accuracy));
  return looks;
}

InputFiller Evaluator::filler() const {
  return [this](std::int64_t first, std::int64_t count, std::span<const std::span<float>> inputs) {
    events().fill(first, count, inputs);
  };
}

std::vector<EnergyResponse> Evaluator::response_between(const ModelQuality& model,
                                                        const ModelQuality& reference) const {
  return physics_ && model.totals.size() == reference.totals.size() && !model.totals.empty()
             ? physics_->response_between(model.totals, reference.totals)
             : std::vector<EnergyResponse>{};
}

ModelQuality Evaluator::quality_of(const Graph& graph, const EventProgress& progress) const {
  return std::move(qualities_of({graph}, progress).front());
}

std::vector<ModelQuality> Evaluator::qualities_of(const std::vector<Graph>& graphs,
                                                  const EventProgress& progress) const {
  Showing showing(*this, graphs, EventUse::search);
  showing.show(static_cast<std::size_t>(events().evaluation().size()), progress);
  return std::move(showing).qualities();
}

std::vector<ModelQuality> Evaluator::measured(const std::vector<Graph>& graphs,
                                              const Target& target,
                                              const EventProgress& progress) const {
  const auto all = static_cast<std::size_t>(events().evaluation().size());
  Showing showing(*this, graphs, EventUse::search);
  showing.show(all, progress);
  showing.judge(target, only_look(all, config_.accuracy));
  return std::move(showing).qualities();
}

std::vector<ModelQuality> Evaluator::judged(const std::vector<Graph>& graphs, const Target& target,
                                            EventUse use, std::size_t most,
                                            const EventProgress& progress) const {
  CALOQUANT_EXPECT(use == EventUse::search || has_fresh_events());
  Showing showing(*this, graphs, use);
  for (const Look& look : looks(use, most)) {
    showing.show(look.events, progress);
    showing.judge(target, look);
    if (showing.all_decided()) {
      break;
    }
  }
  return std::move(showing).qualities();
}

std::vector<ModelQuality> Evaluator::shown(const std::vector<Graph>& graphs,
                                           std::span<const Look> looks, const Enough& enough,
                                           const EventProgress& progress) const {
  Showing showing(*this, graphs, EventUse::search);
  for (const Look& look : looks) {
    showing.show(look.events, progress);
    if (enough(showing.so_far(), look)) {
      break;
    }
  }
  return std::move(showing).qualities();
}

void Evaluator::extend_references(EventUse use, std::size_t events,
                                  const EventProgress& progress) const {
  std::size_t& have = reference_events_[static_cast<std::size_t>(use)];
  OutputSample* const metric = reference_sample(use);
  if (events <= have || (metric == nullptr && !physics_)) {
    return;
  }
  ReferenceOutputs outputs(metric, physics_ ? &physics_->reference(use) : nullptr, have);
  const std::int64_t origin = this->events().first_event(use);
  const EventRange part{origin + static_cast<std::int64_t>(have),
                        origin + static_cast<std::int64_t>(events)};
  if (physics_) {
    physics_->know_labels(use, events);
  }
  add_network(fp32_, part, origin, {&outputs}, progress);
}

void Evaluator::add_network(const Graph& graph, EventRange part, std::int64_t origin,
                            const std::vector<OutputSample*>& samples,
                            const EventProgress& progress) const {
  const std::size_t outputs_each = graph.outputs().size() / samples.size();
  CALOQUANT_EXPECT(outputs_each * samples.size() == graph.outputs().size());
  const std::int64_t batch = batch_for(batch_, part);
  const BatchTensors outputs = BatchTensors::outputs_of(graph, batch);
  const auto hand_over = [&](std::int64_t first, std::int64_t count) {
    const std::vector<std::span<float>> rows = outputs.first(count);
    const std::vector<std::span<const float>> made(rows.begin(), rows.end());
    for (std::size_t model = 0; model < samples.size(); ++model) {
      samples[model]->add(first - origin, count,
                          std::span(made).subspan(model * outputs_each, outputs_each));
    }
  };
  const std::int64_t done_before = part.first - origin;
  SweepOptions options{part, batch, engine_, {}};
  if (progress) {
    options.progress = [&](std::int64_t done) { progress(done_before + done); };
  }
  sweep_events(graph, filler(), options, outputs.dst(), hand_over);
}

}  // namespace caloquant
