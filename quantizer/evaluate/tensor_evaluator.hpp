#pragma once

#include <caloquant/tensor_metric.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/output_metric.hpp"
#include "quantizer/evaluate/tensor_reference.hpp"

namespace caloquant {

/// A metric of the outputs of any network: of the config, or one that a program gives.
class TensorEvaluator : public Evaluator {
 public:
  /// Throws DataError and ModelError as its event source does, and ConfigError for a class axis
  /// that the output does not have. `most_kept`: bytes of references to keep in memory.
  TensorEvaluator(const RunConfig& config, const Graph& fp32, EngineOptions engine = {},
                  const GivenParts& given = {},
                  std::size_t most_kept = TensorReferences::most_kept);

  /// Runs the fp32 model, or reads the targets, where that fits into memory.
  void prepare_reference(const EventProgress& progress = {}) override;
  [[nodiscard]] const EventSource& events() const override { return *source_; }
  [[nodiscard]] ModelQuality baseline(const EventProgress& progress = {}) const override;
  [[nodiscard]] double error_of(double value) const override;

 protected:
  [[nodiscard]] std::unique_ptr<OutputSample> make_sample(
      const Graph& graph, const OutputSample* fp32_outputs) const override;
  [[nodiscard]] ModelQuality quality_from(const OutputSample& sample, std::size_t events,
                                          EventUse use) const override;
  [[nodiscard]] std::size_t metric_events(EventUse use) const override;
  [[nodiscard]] bool misses_clearly(const ModelQuality& quality, double target) const override;
  [[nodiscard]] std::unique_ptr<OutputSample> make_fp32_outputs() const override;

 private:
  [[nodiscard]] bool paired() const { return reference_ == TensorReference::fp32_paired; }
  void require_same_interface(const Graph& graph) const;
  void keep_targets();

  TensorReference reference_;
  std::unique_ptr<EventSource> source_;
  std::unique_ptr<OutputMetric> metric_;
  std::vector<std::size_t> elements_;  ///< of the reference of one event, by output
  std::size_t most_kept_;
  std::unique_ptr<TargetSource> targets_;  ///< of the reference "dataset"
  std::optional<TensorReferences> references_;
};

}  // namespace caloquant
