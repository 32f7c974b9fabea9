#pragma once

#include <array>
#include <caloquant/arrays.hpp>
#include <caloquant/config.hpp>
#include <caloquant/metric.hpp>
#include <caloquant/quality.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_source.hpp"
#include "quantizer/evaluate/judge.hpp"
#include "quantizer/evaluate/physics_judge.hpp"

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
/// every quantized one. The reference is made once, and goes on where a judgement needs more of it.
/// For one thread at a time.
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
  [[nodiscard]] std::vector<EnergyResponse> response_between(const ModelQuality& model,
                                                             const ModelQuality& reference) const;
  /// LossResult::error of a value of the metric.
  [[nodiscard]] virtual double error_of(double value) const { return value; }

  /// Several models in one sweep over the evaluation events: what they have in common is computed
  /// once, and each result has the bits that it has alone. Measured, not judged. Needs
  /// prepare_reference(). Throws ModelError for a model with other inputs or outputs.
  [[nodiscard]] std::vector<ModelQuality> qualities_of(const std::vector<Graph>& graphs,
                                                       const EventProgress& progress = {}) const;
  [[nodiscard]] ModelQuality quality_of(const Graph& graph,
                                        const EventProgress& progress = {}) const;

  /// The same models against a target: each is shown events until all that is asked is decided, or
  /// until `most` of them. Showers behind the evaluation events of the data are drawn; where events
  /// cannot be drawn, there is one look at all of them (with early_stop two earlier ones, which may
  /// drop a model that misses the target by early_stop_sigmas).
  [[nodiscard]] std::vector<ModelQuality> judged(const std::vector<Graph>& graphs,
                                                 const Target& target, EventUse use,
                                                 std::size_t most,
                                                 const EventProgress& progress = {}) const;
  /// Shows events of the search look by look, until there was `enough` in what they measure. With
  /// physics they may be more than those of the data.
  using Enough = std::function<bool(const std::vector<ModelQuality>& qualities, const Look& look)>;
  [[nodiscard]] std::vector<ModelQuality> shown(const std::vector<Graph>& graphs,
                                                std::span<const Look> looks, const Enough& enough,
                                                const EventProgress& progress = {}) const;
  /// One look at all evaluation events of the data, whatever it shows.
  [[nodiscard]] std::vector<ModelQuality> measured(const std::vector<Graph>& graphs,
                                                   const Target& target,
                                                   const EventProgress& progress = {}) const;
  /// Most events of a judgement by the config.
  [[nodiscard]] std::size_t most_events() const;
  /// Are there events that no trial sees?
  [[nodiscard]] bool has_fresh_events() const { return physics_.has_value(); }
  static constexpr double early_stop_sigmas = 5.0;

  /// Fills the inputs of events.
  [[nodiscard]] InputFiller filler() const;
  [[nodiscard]] std::int64_t batch() const { return batch_; }

 protected:
  Evaluator(const RunConfig& config, Graph fp32, EngineOptions engine);
  /// Judges showers of `source`, which outlives the evaluator, where the config asks for it.
  void judge_physics(const LatentSource& source);

  /// An empty sample for a model. Throws ModelError for one with other inputs or outputs than the
  /// fp32 model.
  [[nodiscard]] virtual std::unique_ptr<OutputSample> make_sample(
      const Graph& graph, const OutputSample* fp32_outputs) const = 0;
  /// Of the first `events` of the sample, which are all that it has; with the reference of `use`.
  [[nodiscard]] virtual ModelQuality quality_from(const OutputSample& sample, std::size_t events,
                                                  EventUse use) const = 0;
  /// Events that the metric can be measured with; 0: none of this use.
  [[nodiscard]] virtual std::size_t metric_events(EventUse use) const = 0;
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  /// Has a part of the events shown already that the model misses the target?
  [[nodiscard]] virtual bool misses_clearly(const ModelQuality& quality, double target) const = 0;
  /// What takes in the outputs of the fp32 model, event by event, as the metric's reference; null
  /// where the metric does not want them.
  [[nodiscard]] virtual OutputSample* reference_sample(EventUse /*use*/) const { return nullptr; }
  /// Runs the fp32 model until the references of a use are so long.
  void extend_references(EventUse use, std::size_t events, const EventProgress& progress) const;
  /// A sample of the fp32 model that sees every batch before the others do, where they need that.
  [[nodiscard]] virtual std::unique_ptr<OutputSample> make_fp32_outputs() const { return nullptr; }

  /// Adds the outputs of several models, one behind the other in one graph, at events `part` of the
  /// sample that begins with event `origin`.
  void add_network(const Graph& graph, EventRange part, std::int64_t origin,
                   const std::vector<OutputSample*>& samples, const EventProgress& progress) const;
  [[nodiscard]] const Graph& fp32() const { return fp32_; }
  [[nodiscard]] const std::optional<PhysicsJudge>& physics() const { return physics_; }

 private:
  class Showing;
  [[nodiscard]] std::vector<Look> looks(EventUse use, std::size_t most) const;

  RunConfig config_;
  Graph fp32_;
  EngineOptions engine_;
  std::int64_t batch_;
  // References grow when a judgement asks for more of them.
  mutable std::optional<PhysicsJudge> physics_;
  mutable std::array<std::size_t, 2> reference_events_{};  ///< by EventUse
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
