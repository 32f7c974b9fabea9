#include <caloquant/error.hpp>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "metrics/tensor/tensor_loss.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/thread_count.hpp"
#include "quantizer/evaluate/output_metric.hpp"

namespace caloquant {
namespace {

/// Hands the events of a batch to the metric, each with its reference.
class FormulaAccumulator : public OutputAccumulator {
 public:
  explicit FormulaAccumulator(TensorLoss loss) : loss_(std::move(loss)) {}

  void add(std::int64_t first, std::int64_t count, OutputBatch outputs,
           OutputBatch reference) override {
    const auto events = static_cast<std::size_t>(count);
#pragma omp parallel for num_threads(team_size()) schedule(static)
    for (std::size_t event = 0; event < events; ++event) {
      loss_.add(static_cast<std::size_t>(first) + event, rows(outputs, event, events),
                rows(reference, event, events));
    }
  }
  [[nodiscard]] LossResult result(std::size_t events) const override {
    return loss_.result(events);
  }

 private:
  static std::vector<std::span<const float>> rows(OutputBatch batch, std::size_t event,
                                                  std::size_t events) {
    std::vector<std::span<const float>> rows;
    rows.reserve(batch.size());
    for (const std::span<const float> values : batch) {
      const std::size_t size = values.size() / events;
      rows.push_back(values.subspan(event * size, size));
    }
    return rows;
  }

  TensorLoss loss_;
};

/// The axis of the classes in the only output, counted from the front.
std::optional<std::size_t> axis_of_classes(const RunConfig& config, const Graph& fp32) {
  if (config.metric.tensor->metric != TensorMetric::classification_top1) {
    return std::nullopt;
  }
  if (fp32.outputs().size() != 1) {
    throw ModelError("model '" + fp32.name() + "'",
                     "has " + counted(fp32.outputs().size(), "output"),
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

class FormulaMetric : public OutputMetric {
 public:
  FormulaMetric(const RunConfig& config, const Graph& fp32)
      : metric_(config.metric.tensor->metric),
        class_axis_(axis_of_classes(config, fp32)),
        layouts_(layouts_of(fp32, class_axis_)) {}

  [[nodiscard]] std::unique_ptr<OutputAccumulator> start(std::int64_t events) const override {
    return std::make_unique<FormulaAccumulator>(
        TensorLoss(metric_, layouts_, static_cast<std::size_t>(events)));
  }
  [[nodiscard]] double error_of(double value) const override {
    return formula_of(metric_).error(value);
  }
  /// A largest difference does not shrink again; every other value lies by its standard error.
  [[nodiscard]] bool misses_clearly(const LossResult& loss, double target) const override {
    return metric_ == TensorMetric::max_abs
               ? loss.value > target
               : misses_beyond_doubt(loss, target, higher_is_better(metric_));
  }
  [[nodiscard]] std::optional<std::size_t> class_axis() const override { return class_axis_; }

 private:
  TensorMetric metric_;
  std::optional<std::size_t> class_axis_;
  std::vector<ClassLayout> layouts_;
};

}  // namespace

std::unique_ptr<OutputMetric> formula_metric(const RunConfig& config, const Graph& fp32) {
  return std::make_unique<FormulaMetric>(config, fp32);
}

}  // namespace caloquant
