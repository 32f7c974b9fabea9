#pragma once

#include <caloquant/config.hpp>
#include <caloquant/loss_result.hpp>
#include <caloquant/metric.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_source.hpp"

namespace caloquant {

/// Outputs of consecutive events: one span [count, ...] for every output of a network.
using OutputBatch = std::span<const std::span<const float>>;

/// Takes in the outputs of one model beside their reference.
class OutputAccumulator {
 public:
  virtual ~OutputAccumulator() = default;
  OutputAccumulator(const OutputAccumulator&) = delete;
  OutputAccumulator& operator=(const OutputAccumulator&) = delete;
  /// Batches come in order.
  virtual void add(std::int64_t first, std::int64_t count, OutputBatch outputs,
                   OutputBatch reference) = 0;
  /// Of the first `events` events, which are all that were added.
  [[nodiscard]] virtual LossResult result(std::size_t events) const = 0;

 protected:
  OutputAccumulator() = default;
};

/// How the outputs of a run are measured: by a metric of the config, or by one that a program
/// gives.
class OutputMetric {
 public:
  virtual ~OutputMetric() = default;
  OutputMetric(const OutputMetric&) = delete;
  OutputMetric& operator=(const OutputMetric&) = delete;
  [[nodiscard]] virtual std::unique_ptr<OutputAccumulator> start(std::int64_t events) const = 0;
  /// LossResult::error of a value.
  [[nodiscard]] virtual double error_of(double value) const = 0;
  /// Has a part of the events shown already that the target is missed?
  [[nodiscard]] virtual bool misses_clearly(const LossResult& loss, double target) const = 0;
  /// Axis of the classes in the only output, counted from the front.
  [[nodiscard]] virtual std::optional<std::size_t> class_axis() const { return std::nullopt; }

 protected:
  OutputMetric() = default;
};

/// config.metric.tensor. Throws ConfigError for a class axis that the output does not have, and
/// ModelError for a classifier with several outputs.
[[nodiscard]] std::unique_ptr<OutputMetric> formula_metric(const RunConfig& config,
                                                           const Graph& fp32);
/// `metric` on the events of `source`, which must outlive the result.
[[nodiscard]] std::unique_ptr<OutputMetric> given_metric(std::shared_ptr<const Metric> metric,
                                                         const Graph& fp32,
                                                         const EventSource& source);

/// Is the value beyond the target by Evaluator::early_stop_sigmas standard errors?
[[nodiscard]] bool misses_beyond_doubt(const LossResult& loss, double target,
                                       bool higher_is_better);

}  // namespace caloquant
