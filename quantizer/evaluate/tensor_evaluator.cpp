#include "quantizer/evaluate/tensor_evaluator.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <functional>
#include <string>
#include <utility>

#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {
namespace {

/// Hands batches to an accumulator, each with its reference.
class AccumulatedSample : public OutputSample {
 public:
  using References =
      std::function<std::vector<std::span<const float>>(std::int64_t first, std::int64_t count)>;
  AccumulatedSample(std::unique_ptr<OutputAccumulator> accumulator, References references)
      : accumulator_(std::move(accumulator)), references_(std::move(references)) {}

  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override {
    accumulator_->add(first, count, outputs, references_(first, count));
  }
  [[nodiscard]] const OutputAccumulator& accumulator() const { return *accumulator_; }

 private:
  std::unique_ptr<OutputAccumulator> accumulator_;
  References references_;
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

const TensorArrays* arrays_of(const GivenParts& given) {
  return std::get_if<TensorArrays>(&given.data);
}

std::unique_ptr<EventSource> make_source(const RunConfig& config, const Graph& fp32,
                                         const GivenParts& given) {
  if (!config.data.tensors) {
    return std::make_unique<LatentSource>(config, fp32, given.data);
  }
  if (std::holds_alternative<ShowerArrays>(given.data)) {
    throw DataError("the data", "are showers, the input encoding is tensor",
                    "give arrays by name of the network's inputs, or use an encoding of showers");
  }
  return std::make_unique<TensorSource>(config, fp32, arrays_of(given));
}

TensorReference reference_of(const RunConfig& config) {
  return config.metric.tensor ? config.metric.tensor->reference : TensorReference::fp32_paired;
}

/// Elements of one event of every output.
std::vector<std::size_t> elements_of(const Graph& fp32) {
  std::vector<std::size_t> elements;
  for (const GraphOutput& output : fp32.outputs()) {
    Shape shape = fp32.value(output.value).shape;
    shape.front() = 1;
    elements.push_back(static_cast<std::size_t>(element_count(shape)));
  }
  return elements;
}

}  // namespace

TensorEvaluator::TensorEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine,
                                 const GivenParts& given, std::size_t most_kept)
    : Evaluator(config, fp32, std::move(engine)),
      reference_(reference_of(config)),
      source_(make_source(config, fp32, given)),
      metric_(given.metric ? given_metric(given.metric, fp32, *source_)
                           : formula_metric(config, fp32)),
      elements_(elements_of(fp32)),
      most_kept_(most_kept) {
  if (!paired()) {
    targets_ =
        std::make_unique<TargetSource>(config, fp32, metric_->class_axis(), arrays_of(given));
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      elements_[i] = targets_->elements(i);
    }
  }
  if (const auto* showers = dynamic_cast<const LatentSource*>(source_.get())) {
    judge_physics(*showers);
  }
}

double TensorEvaluator::error_of(double value) const {
  return metric_->error_of(value);
}

void TensorEvaluator::prepare_reference(const EventProgress& progress) {
  references_.emplace(elements_, source_->evaluation().size(), most_kept_);
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
    room.resize(elements_.size());
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      room[i].resize(elements_[i] * static_cast<std::size_t>(count));
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
  return quality_from(*sample, static_cast<std::size_t>(all), EventUse::search);
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

std::unique_ptr<OutputSample> TensorEvaluator::make_fp32_outputs() const {
  return paired() && !references_->fits() ? std::make_unique<BatchSample>() : nullptr;
}

std::unique_ptr<OutputSample> TensorEvaluator::make_sample(const Graph& graph,
                                                           const OutputSample* fp32_outputs) const {
  CALOQUANT_EXPECT(references_.has_value());
  require_same_interface(graph);
  const std::int64_t origin = source_->evaluation().first;
  auto references = [this, origin, fp32_outputs = static_cast<const BatchSample*>(fp32_outputs),
                     room = std::make_shared<std::vector<std::vector<float>>>()](
                        std::int64_t first, std::int64_t count) {
    return references_->batch(first, count, fp32_outputs, targets_.get(), origin, *room);
  };
  return std::make_unique<AccumulatedSample>(metric_->start(source_->evaluation().size()),
                                             std::move(references));
}

std::size_t TensorEvaluator::metric_events(EventUse use) const {
  return use == EventUse::search ? static_cast<std::size_t>(source_->evaluation().size()) : 0;
}

ModelQuality TensorEvaluator::quality_from(const OutputSample& sample, std::size_t events,
                                           EventUse /*use*/) const {
  ModelQuality quality;
  quality.loss = static_cast<const AccumulatedSample&>(sample).accumulator().result(events);
  return quality;
}

bool TensorEvaluator::misses_clearly(const ModelQuality& quality, double target) const {
  return metric_->misses_clearly(quality.loss, target);
}

}  // namespace caloquant
