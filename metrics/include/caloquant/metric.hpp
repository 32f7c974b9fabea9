#pragma once

#include <caloquant/types.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// Consecutive events as a Metric sees them. Outputs are one span [count, ...] for every output of
/// the network, in order. Images of shower generators are [count, X, Y, Z] in GeV, whatever the
/// network puts out; outputs of other networks are as they come.
struct MetricBatch {
  std::int64_t first = 0;                             ///< number of the first event in the sample
  std::int64_t count = 0;                             ///< of events
  std::span<const std::span<const float>> outputs;    ///< of the model under test
  std::span<const std::span<const float>> reference;  ///< of the fp32 model, or targets
  std::span<const double> energies;                   ///< [count] [GeV]; generators only
  std::span<const double> thetas;                     ///< [count] [rad]; generators only
};

/// What a sample says.
struct MetricValue {
  double value = 0.0;                      ///< of the metric
  std::optional<double> standard_error{};  ///< none: not known
};

/// Accumulates what a metric says of one model. Batches come in order, from one thread.
class MetricSample {
 public:
  virtual ~MetricSample() = default;
  MetricSample(const MetricSample&) = delete;
  MetricSample& operator=(const MetricSample&) = delete;
  /// The next events.
  virtual void add(const MetricBatch& batch) = 0;
  /// Of all events added.
  [[nodiscard]] virtual MetricValue value() const = 0;

 protected:
  MetricSample() = default;
};

/// A measure of outputs that the caller defines. What it throws ends the run and reaches the
/// caller.
class Metric {
 public:
  virtual ~Metric() = default;
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;
  /// As tables and result.json show it.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Is more better?
  [[nodiscard]] virtual bool higher_is_better() const { return false; }
  /// The value as an error: 0 for what cannot be told from the reference (LossResult::error). Where
  /// higher is better, what is missing to 1 unless overridden.
  [[nodiscard]] virtual double error(double value) const {
    return higher_is_better() ? 1.0 - value : value;
  }
  /// An empty sample for one model and so many events.
  [[nodiscard]] virtual std::unique_ptr<MetricSample> start(std::int64_t events) const = 0;

 protected:
  Metric() = default;
};

/// All events of a sample at once: every output [events, ...] of the model and of the reference.
struct WholeSample {
  std::int64_t events = 0;                            ///< of the sample
  std::span<const std::span<const float>> outputs;    ///< of the model under test
  std::span<const std::span<const float>> reference;  ///< of the fp32 model, or targets
  std::span<const double> energies;                   ///< [events] [GeV]; generators only
  std::span<const double> thetas;                     ///< [events] [rad]; generators only
};

/// A metric from one function of the whole sample; it keeps the outputs of one model in memory, and
/// the reference once more.
[[nodiscard]] std::shared_ptr<const Metric> make_metric(
    std::string name, std::function<double(const WholeSample&)> function,
    bool higher_is_better = false);

}  // namespace caloquant
#pragma GCC visibility pop
