#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/config.hpp>
#include <caloquant/metric.hpp>
#include <caloquant/quality.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_source.hpp"

namespace caloquant {

/// Events done since the call began; what it throws ends the work.
using EventProgress = std::function<void(std::int64_t done)>;

/// What is kept of the outputs of one model.
class OutputSample {
 public:
  virtual ~OutputSample() = default;
  OutputSample(const OutputSample&) = delete;
  OutputSample& operator=(const OutputSample&) = delete;
  /// Outputs of `count` events, the first of which has this number in the sample.
  virtual void add(std::int64_t first, std::int64_t count,
                   std::span<const std::span<const float>> outputs) = 0;

 protected:
  OutputSample() = default;
};

/// The data, inputs and metric of one run: everything that is the same for the fp32 model and for
/// every quantized one. The reference is made once.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// What models are compared with: from the files, or from the fp32 model.
  virtual void prepare_reference(const EventProgress& progress = {}) = 0;
  /// Events that prepare_reference() goes through.
  [[nodiscard]] virtual EventRange reference_events() const { return events().evaluation(); }
  [[nodiscard]] virtual const EventSource& events() const = 0;
  /// Of the fp32 model; for a paired reference the comparison of the reference with itself. Needs
  /// prepare_reference().
  [[nodiscard]] virtual ModelQuality baseline(const EventProgress& progress = {}) const = 0;
  /// Mean total energy of a model over that of another one, of all events and by energy bin; empty
  /// where ModelQuality has no totals.
  [[nodiscard]] virtual std::vector<EnergyResponse> response_between(
      const ModelQuality& /*model*/, const ModelQuality& /*reference*/) const {
    return {};
  }
  /// LossResult::error of a value of the metric.
  [[nodiscard]] virtual double error_of(double value) const { return value; }

  /// Several models in one sweep over the evaluation events: what they have in common is computed
  /// once, and each result has the bits that it has alone. With `drop_above` (and a config with
  /// early_stop), a model that misses this target by early_stop_sigmas standard errors after an
  /// eighth or a half of the events is seen no further: its result says how many events it is from.
  /// Needs prepare_reference(). Throws ModelError for a model with other inputs or outputs.
  [[nodiscard]] std::vector<ModelQuality> qualities_of(const std::vector<Graph>& graphs,
                                                       const EventProgress& progress = {},
                                                       std::optional<double> drop_above = {}) const;
  [[nodiscard]] ModelQuality quality_of(const Graph& graph,
                                        const EventProgress& progress = {}) const;
  static constexpr double early_stop_sigmas = 5.0;

  /// Fills the inputs of events.
  [[nodiscard]] InputFiller filler() const;
  [[nodiscard]] std::int64_t batch() const { return batch_; }

 protected:
  Evaluator(const RunConfig& config, Graph fp32, EngineOptions engine);

  /// An empty sample of the evaluation events for a model. Throws ModelError for one with other
  /// inputs or outputs than the fp32 model.
  [[nodiscard]] virtual std::unique_ptr<OutputSample> make_sample(
      const Graph& graph, const OutputSample* fp32_outputs) const = 0;
  /// Of the sample's first checkpoints()[checkpoint] events, which are all that it has so far;
  /// without a checkpoint of all.
  [[nodiscard]] virtual ModelQuality quality_from(const OutputSample& sample,
                                                  std::optional<std::size_t> checkpoint) const = 0;
  /// Has the sample shown already that the model misses the target?
  [[nodiscard]] virtual bool misses_clearly(const ModelQuality& quality, double target) const = 0;
  /// A sample of the fp32 model that sees every batch before the others do, where they need that.
  [[nodiscard]] virtual std::unique_ptr<OutputSample> make_fp32_outputs() const { return nullptr; }
  /// Can a part of the events be compared with the same part of the reference?
  void allow_early_stop(const RunConfig& config);

  /// Adds the outputs of several models, one behind the other in one graph, at events `part` of the
  /// sample that begins with event `origin`.
  void add_network(const Graph& graph, EventRange part, std::int64_t origin,
                   const std::vector<OutputSample*>& samples, const EventProgress& progress) const;
  [[nodiscard]] const Graph& fp32() const { return fp32_; }
  /// Events after which models that miss the target clearly are dropped: multiples of the batch.
  [[nodiscard]] const std::vector<std::size_t>& checkpoints() const { return checkpoints_; }

 private:
  Graph fp32_;
  EngineOptions engine_;
  std::int64_t batch_;
  std::vector<std::size_t> checkpoints_;
};

/// What a program gives in place of the data files and the metric of a config.
struct GivenParts {
  MemoryData data{};                       ///< views: must outlive the evaluator
  std::shared_ptr<const Metric> metric{};  ///< null: that of the config
};

/// The evaluator of a config's metric and data; `engine` runs every model. Throws DataError, and
/// ModelError when the network does not fit them.
[[nodiscard]] std::unique_ptr<Evaluator> make_evaluator(const RunConfig& config, const Graph& fp32,
                                                        EngineOptions engine = {},
                                                        const GivenParts& given = {});

}  // namespace caloquant
