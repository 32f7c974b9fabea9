#include "quantizer/evaluate/tensor_evaluator.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {
namespace {

using Batch = std::vector<std::span<const float>>;

/// Hands the events of a batch to the metric, each with its reference.
class MetricSample : public OutputSample {
 public:
  MetricSample(TensorLoss loss, std::function<Batch(std::int64_t, std::int64_t)> references)
      : loss_(std::move(loss)), references_(std::move(references)) {}

  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override {
    const Batch references = references_(first, count);
    const auto events = static_cast<std::size_t>(count);
#pragma omp parallel for schedule(static)
    for (std::size_t event = 0; event < events; ++event) {
      loss_.add(static_cast<std::size_t>(first) + event, rows(outputs, event, events),
                rows(references, event, events));
    }
  }
  [[nodiscard]] const TensorLoss& loss() const {
    return loss_;
  }

 private:
  static Batch rows(std::span<const std::span<const float>> batch, std::size_t event,
                    std::size_t events) {
    Batch rows;
    rows.reserve(batch.size());
    for (const std::span<const float> values : batch) {
      const std::size_t size = values.size() / events;
      rows.push_back(values.subspan(event * size, size));
    }
    return rows;
  }

  TensorLoss loss_;
  std::function<Batch(std::int64_t, std::int64_t)> references_;
};

class KeepingSample : public OutputSample {
 public:
  explicit KeepingSample(TensorReferences& into) : into_(into) {}
  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override {
    into_.keep(first, count, outputs);
  }

 private:
  TensorReferences& into_;
};

std::unique_ptr<EventSource> make_source(const RunConfig& config, const Graph& fp32) {
  if (config.data.tensors) {
    return std::make_unique<TensorSource>(config, fp32);
  }
  return std::make_unique<LatentSource>(config, fp32);
}

/// The axis of the classes in the only output, counted from the front.
std::optional<std::size_t> class_axis(const RunConfig& config, const Graph& fp32) {
  if (config.metric.tensor->metric != TensorMetric::classification_top1) {
    return std::nullopt;
  }
  if (fp32.outputs().size() != 1) {
    throw ModelError("model '" + fp32.name() + "'",
                     "has " + std::to_string(fp32.outputs().size()) + " outputs",
                     "classification_top1 needs one");
  }
  const Shape& shape = fp32.value(fp32.outputs()[0].value).shape;
  const auto rank = static_cast<int>(shape.size());
  const std::optional<int>& told = config.metric.tensor->class_axis;
  if (!told && rank != 2) {
    throw ConfigError(config.source + "#/metric/class_axis",
                      "is missing: the output is " + to_string(shape),
                      "say which axis holds the classes: 1 in channels-first models, -1 in "
                      "channels-last ones");
  }
  const int axis = told.value_or(1) < 0 ? *told + rank : told.value_or(1);
  if (axis < 1 || axis >= rank || shape[static_cast<std::size_t>(axis)] < 2) {
    throw ConfigError(config.source + "#/metric/class_axis",
                      "is no axis with classes of the output " + to_string(shape),
                      "name one with at least 2 classes");
  }
  return static_cast<std::size_t>(axis);
}

std::vector<ClassLayout> layouts_of(const Graph& fp32, std::optional<std::size_t> axis) {
  std::vector<ClassLayout> layouts;
  for (const GraphOutput& output : fp32.outputs()) {
    const Shape& shape = fp32.value(output.value).shape;
    const auto product = [&shape](std::size_t first, std::size_t last) {
      return static_cast<std::size_t>(std::accumulate(
          shape.begin() + static_cast<std::ptrdiff_t>(first),
          shape.begin() + static_cast<std::ptrdiff_t>(last), std::int64_t{1}, std::multiplies<>()));
    };
    layouts.push_back(axis ? ClassLayout{product(1, *axis), product(*axis, *axis + 1),
                                         product(*axis + 1, shape.size())}
                           : ClassLayout{1, 1, product(1, shape.size())});
  }
  return layouts;
}

}  // namespace

TensorEvaluator::TensorEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine,
                                 std::size_t most_kept)
    : Evaluator(config, fp32, std::move(engine)),
      options_(*config.metric.tensor),
      source_(make_source(config, fp32)),
      most_kept_(most_kept) {
  const std::optional<std::size_t> axis = class_axis(config, fp32);
  layouts_ = layouts_of(fp32, axis);
  if (!paired()) {
    targets_ = std::make_unique<TargetSource>(config, fp32, axis);
  }
  allow_stages(config);
}

double TensorEvaluator::error_of(double value) const {
  return formula_of(options_.metric).error(value);
}

void TensorEvaluator::prepare_reference(const EventProgress& progress) {
  std::vector<std::size_t> elements;
  for (std::size_t i = 0; i < layouts_.size(); ++i) {
    const ClassLayout& layout = layouts_[i];
    elements.push_back(targets_ ? targets_->elements(i)
                                : layout.outer * layout.classes * layout.inner);
  }
  references_.emplace(std::move(elements), source_->evaluation().size(), most_kept_);
  if (!references_->fits()) {
    return;
  }
  if (paired()) {
    KeepingSample sample(*references_);
    const EventRange all = source_->evaluation();
    add_network(fp32(), all, all.first, {&sample}, progress);
  } else {
    keep_targets();
  }
}

void TensorEvaluator::keep_targets() {
  const EventRange all = source_->evaluation();
  std::vector<std::vector<float>> room;
  for (std::int64_t first = all.first; first < all.last; first += batch()) {
    const std::int64_t count = std::min(batch(), all.last - first);
    std::vector<std::span<const float>> rows;
    room.resize(layouts_.size());
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
      room[i].resize(targets_->elements(i) * static_cast<std::size_t>(count));
      targets_->read(i, first, count, room[i]);
      rows.emplace_back(room[i]);
    }
    references_->keep(first - all.first, count, rows);
  }
}

ModelQuality TensorEvaluator::baseline(const EventProgress& progress) const {
  if (!paired() || !references_->fits()) {
    return quality_of(fp32(), progress);
  }
  const std::unique_ptr<OutputSample> sample = make_sample(fp32(), nullptr);
  std::vector<std::vector<float>> room;
  const std::int64_t all = source_->evaluation().size();
  for (std::int64_t first = 0; first < all; first += batch()) {
    const std::int64_t count = std::min(batch(), all - first);
    sample->add(first, count, references_->batch(first, count, nullptr, nullptr, 0, room));
  }
  return judge(*sample, {});
}

void TensorEvaluator::require_same_interface(const Graph& graph) const {
  const auto shapes = [](const Graph& of) {
    std::vector<Shape> all;
    for (const ValueId input : of.inputs()) {
      all.push_back(of.value(input).shape);
    }
    for (const GraphOutput& output : of.outputs()) {
      all.push_back(of.value(output.value).shape);
    }
    return all;
  };
  if (graph.inputs().size() != fp32().inputs().size() || shapes(graph) != shapes(fp32())) {
    throw ModelError("model '" + graph.name() + "'",
                     "has other inputs or outputs than the fp32 model of the config");
  }
}

std::unique_ptr<OutputSample> TensorEvaluator::make_companion() const {
  return paired() && !references_->fits() ? std::make_unique<BatchSample>() : nullptr;
}

std::unique_ptr<OutputSample> TensorEvaluator::make_sample(const Graph& graph,
                                                           const OutputSample* companion) const {
  CALOQUANT_EXPECT(references_.has_value());
  require_same_interface(graph);
  const std::int64_t origin = source_->evaluation().first;
  auto references = [this, origin, companion = static_cast<const BatchSample*>(companion),
                     room = std::make_shared<std::vector<std::vector<float>>>()](
                        std::int64_t first, std::int64_t count) {
    return references_->batch(first, count, companion, targets_.get(), origin, *room);
  };
  return std::make_unique<MetricSample>(
      TensorLoss(options_.metric, layouts_, static_cast<std::size_t>(source_->evaluation().size())),
      std::move(references));
}

ModelQuality TensorEvaluator::judge(const OutputSample& sample,
                                    std::optional<std::size_t> stage) const {
  const auto all = static_cast<std::size_t>(source_->evaluation().size());
  ModelQuality quality;
  quality.loss =
      static_cast<const MetricSample&>(sample).loss().result(stage ? stages()[*stage] : all);
  return quality;
}

/// A largest difference does not shrink again; every other value lies by its standard error.
bool TensorEvaluator::hopeless(const ModelQuality& quality, double target) const {
  const LossResult& loss = quality.loss;
  if (options_.metric == TensorMetric::max_abs) {
    return loss.value > target;
  }
  const double margin = early_stop_sigmas * loss.standard_error.value_or(0.0);
  return loss.standard_error && (higher_is_better(options_.metric) ? loss.value + margin < target
                                                                   : loss.value - margin > target);
}

}  // namespace caloquant
