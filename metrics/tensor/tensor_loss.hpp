#pragma once

#include <array>
#include <caloquant/loss_result.hpp>
#include <caloquant/tensor_metric.hpp>
#include <cstdint>
#include <span>
#include <vector>

namespace caloquant {

/// An output of one event in memory: [outer, classes, inner] around the axis of the classes.
struct ClassLayout {
  std::size_t outer = 1;
  std::size_t classes = 1;
  std::size_t inner = 1;
};

/// What is kept of one event; what the numbers are, the metric knows.
using EventTerms = std::array<double, 3>;

/// The arithmetic of one metric. Events come in any order and number of outputs.
struct MetricFormula {
  TensorMetric metric;
  /// Of one output of one event. For class numbers `reference` has no axis of classes.
  EventTerms (*compare)(std::span<const float> test, std::span<const float> reference,
                        const ClassLayout& classes);
  /// Of two outputs of one event.
  EventTerms (*join)(const EventTerms& a, const EventTerms& b);
  /// Of all events but those from `skip_first` on to in front of `skip_last`.
  double (*value)(std::span<const EventTerms> events, std::size_t skip_first,
                  std::size_t skip_last);
  double (*error)(double value);  ///< see LossResult::error
  bool has_standard_error;
};

[[nodiscard]] const MetricFormula& formula_of(TensorMetric metric);

// One file each.
[[nodiscard]] const MetricFormula& mse_formula();
[[nodiscard]] const MetricFormula& sqnr_formula();
[[nodiscard]] const MetricFormula& cosine_formula();
[[nodiscard]] const MetricFormula& max_abs_formula();
[[nodiscard]] const MetricFormula& top1_formula();

/// Accumulates what a metric says of a sample: event by event, so that the result depends neither
/// on batches nor on threads.
class TensorLoss {
 public:
  /// `layouts`: of every output. One layout with classes for classification_top1.
  TensorLoss(TensorMetric metric, std::vector<ClassLayout> layouts, std::size_t events);

  /// Event number `event` of the sample: its outputs and those of the reference, in order. Events
  /// may come from several threads.
  void add(std::size_t event, std::span<const std::span<const float>> test,
           std::span<const std::span<const float>> reference);
  /// Of the first `events` events, all of which were added.
  [[nodiscard]] LossResult result(std::size_t events) const;

 private:
  const MetricFormula* formula_;
  std::vector<ClassLayout> layouts_;
  std::vector<EventTerms> terms_;
  std::vector<EventTerms> dead_;  ///< of an all-zero output
  std::vector<char> finite_;
};

}  // namespace caloquant
