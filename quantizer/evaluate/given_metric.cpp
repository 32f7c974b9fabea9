#include <cmath>
#include <limits>
#include <utility>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/generator_interface.hpp"
#include "quantizer/evaluate/latent_source.hpp"
#include "quantizer/evaluate/output_metric.hpp"

namespace caloquant {
namespace {

/// What accumulators of one metric share.
struct GivenMetricParts {
  std::shared_ptr<const Metric> metric;
  const LatentSource* labels = nullptr;  ///< of generators
  std::optional<CellConversion> to_gev;  ///< of generators
  std::optional<double> dead_output;     ///< known once a whole sample was seen
};

/// A batch in the units that metrics see.
class MetricUnits {
 public:
  OutputBatch convert(OutputBatch batch, const std::optional<CellConversion>& to_gev) {
    if (!to_gev) {
      return batch;
    }
    cells_.resize(batch.size());
    spans_.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      cells_[i].resize(batch[i].size());
      for (std::size_t cell = 0; cell < batch[i].size(); ++cell) {
        const float value = batch[i][cell];
        cells_[i][cell] =
            value == 0.0F ? 0.0F : static_cast<float>((*to_gev)(static_cast<double>(value)));
      }
      spans_[i] = cells_[i];
    }
    return spans_;
  }

 private:
  std::vector<std::vector<float>> cells_;
  std::vector<std::span<const float>> spans_;
};

/// The first accumulator also measures a dead output.
class GivenAccumulator : public OutputAccumulator {
 public:
  GivenAccumulator(std::shared_ptr<GivenMetricParts> parts, std::int64_t events)
      : parts_(std::move(parts)), events_(events), sample_(parts_->metric->start(events)) {
    if (!parts_->dead_output) {
      dead_ = parts_->metric->start(events);
    }
  }

  void add(std::int64_t first, std::int64_t count, OutputBatch outputs,
           OutputBatch reference) override {
    MetricBatch batch;
    batch.first = first;
    batch.count = count;
    batch.outputs = outputs_.convert(outputs, parts_->to_gev);
    batch.reference = reference_.convert(reference, parts_->to_gev);
    add_labels(batch);
    sample_->add(batch);
    if (dead_) {
      zeros_.resize(outputs.size());
      std::vector<std::span<const float>> dead;
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        zeros_[i].assign(outputs[i].size(), 0.0F);
        dead.emplace_back(zeros_[i]);
      }
      batch.outputs = dead;
      dead_->add(batch);
    }
  }

  [[nodiscard]] LossResult result(std::size_t events) const override {
    if (dead_ && !parts_->dead_output && static_cast<std::int64_t>(events) == events_) {
      parts_->dead_output = dead_->value().value;
    }
    const MetricValue value = sample_->value();
    LossResult result;
    result.value = value.value;
    result.standard_error = value.standard_error;
    result.error = parts_->metric->error(value.value);
    result.dead_output = parts_->dead_output.value_or(std::numeric_limits<double>::quiet_NaN());
    result.dead_error = parts_->metric->error(result.dead_output);
    result.relative_to_dead = result.dead_error == 0.0 ? std::numeric_limits<double>::quiet_NaN()
                                                       : result.error / result.dead_error;
    result.events = events;
    if (!std::isfinite(value.value)) {
      result.suspect.emplace_back("the metric is not a finite number");
    }
    return result;
  }

 private:
  void add_labels(MetricBatch& batch) {
    if (parts_->labels == nullptr) {
      return;
    }
    const EventRange all = parts_->labels->evaluation();
    energies_.clear();
    thetas_.clear();
    for (const EventLabel& label : parts_->labels->events().labels(
             {all.first + batch.first, all.first + batch.first + batch.count})) {
      energies_.push_back(label.energy);
      thetas_.push_back(label.theta);
    }
    batch.energies = energies_;
    batch.thetas = thetas_;
  }

  std::shared_ptr<GivenMetricParts> parts_;
  std::int64_t events_;
  std::unique_ptr<MetricSample> sample_;
  std::unique_ptr<MetricSample> dead_;
  MetricUnits outputs_;
  MetricUnits reference_;
  std::vector<std::vector<float>> zeros_;
  std::vector<double> energies_;
  std::vector<double> thetas_;
};

class GivenMetric : public OutputMetric {
 public:
  GivenMetric(std::shared_ptr<const Metric> metric, const Graph& fp32, const EventSource& source)
      : parts_(std::make_shared<GivenMetricParts>()) {
    parts_->metric = std::move(metric);
    parts_->labels = dynamic_cast<const LatentSource*>(&source);
    if (parts_->labels != nullptr) {
      parts_->to_gev = convert_cells(fp32.output_units(), EnergyUnits{});
    }
  }

  [[nodiscard]] std::unique_ptr<OutputAccumulator> start(std::int64_t events) const override {
    return std::make_unique<GivenAccumulator>(parts_, events);
  }
  [[nodiscard]] double error_of(double value) const override {
    return parts_->metric->error(value);
  }
  [[nodiscard]] bool misses_clearly(const LossResult& loss, double target) const override {
    return misses_beyond_doubt(loss, target, parts_->metric->higher_is_better());
  }

 private:
  std::shared_ptr<GivenMetricParts> parts_;
};

}  // namespace

std::unique_ptr<OutputMetric> given_metric(std::shared_ptr<const Metric> metric, const Graph& fp32,
                                           const EventSource& source) {
  return std::make_unique<GivenMetric>(std::move(metric), fp32, source);
}

bool misses_beyond_doubt(const LossResult& loss, double target, bool higher_is_better) {
  const double margin = Evaluator::early_stop_sigmas * loss.standard_error.value_or(0.0);
  return loss.standard_error &&
         (higher_is_better ? loss.value + margin < target : loss.value - margin > target);
}

}  // namespace caloquant
