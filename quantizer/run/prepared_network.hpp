#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calibration/collect/collect.hpp"
#include "graph/passes/equalize_channels.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/folder/prepared_state.hpp"
#include "quantizer/plan/emitted_form.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/choose_corrections.hpp"
#include "quantizer/run/fitted_plans.hpp"

namespace caloquant {

/// The fp32 network of a run with all that plans are made from: calibrated ranges, moments of the
/// layers' inputs, and which corrections are used. Arguments must outlive it.
class PreparedNetwork {
 public:
  PreparedNetwork(const RunConfig& config, const TuningSpace& space, const Evaluator& evaluator,
                  Graph fp32, EngineOptions engine, StrategyTraits traits);
  PreparedNetwork(const PreparedNetwork&) = delete;
  PreparedNetwork& operator=(const PreparedNetwork&) = delete;

  /// Calibrates, and decides on equalization and corrections; needs the evaluator's reference where
  /// a correction is to be tried. Throws what the observer's interruption throws.
  void prepare(const Target& target, RunObserver& observer);

  /// The same from what an earlier process has left of the same run: nothing is calibrated or tried
  /// again. Only moments that a correction needs are collected anew.
  void restore(const PreparedState& state, const Target& target, RunObserver& observer);
  /// What restore() goes on from.
  [[nodiscard]] PreparedState state() const;

  /// The plan of a configuration, with the corrections that are used; the same one every time.
  [[nodiscard]] QuantPlan plan(const TuningConfig& config);
  /// How it was fitted to the response; null where plans are not, and for a single layer with 8-bit
  /// weights, which tells what a layer does by itself.
  [[nodiscard]] const ResponseFit* response_fit(const TuningConfig& config);
  /// The network of a plan, as it is judged and written.
  [[nodiscard]] Graph quantized(const QuantPlan& plan) const {
    return emitted_form(apply_plan(graph_, plan), config_.emit);
  }
  [[nodiscard]] Graph quantized(const TuningConfig& config) { return quantized(plan(config)); }

  /// Are plans of several layers fitted to the response?
  [[nodiscard]] bool fits_plans() const { return fitted_ != nullptr; }

  /// Equalized where that is used; what it computes is the same.
  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] const CalibrationTable& ranges() const { return table_; }
  [[nodiscard]] const Corrections& corrections() const { return corrections_; }
  [[nodiscard]] const std::vector<EqualizedPlace>& equalized() const { return equalized_; }
  [[nodiscard]] const std::vector<CorrectionTrial>& corrections_tried() const { return tried_; }
  /// Layers with 8-bit weights in place of fp32 ones.
  [[nodiscard]] const std::vector<std::string>& weight_only_dense() const {
    return weight_only_dense_;
  }
  /// Network input of calibration events.
  [[nodiscard]] InputFiller filler() const { return evaluator_.filler(); }
  [[nodiscard]] bool wants(CorrectionMode mode) const;

 private:
  void calibrate_and_equalize(RunObserver& observer);
  void decide_corrections(RunObserver& observer);
  void collect_moments(RunObserver& observer);
  [[nodiscard]] ChannelRanges channel_ranges(RunObserver& observer) const;
  [[nodiscard]] bool is_better(const Graph& equalized, const CalibrationTable& table,
                               RunObserver& observer);
  [[nodiscard]] CalibrationTable calibrate(const Graph& graph, RunObserver& observer) const;
  [[nodiscard]] QuantParams first_code(const Graph& graph, const Node& layer,
                                       const Range& range) const;
  [[nodiscard]] QuantPlan plan(const TuningConfig& config, const Corrections& corrections);
  [[nodiscard]] std::unique_ptr<FittedPlans> fits_of(const Graph& graph,
                                                     RunObserver& observer) const;
  [[nodiscard]] const ResponseFit& fit_of(const TuningConfig& config,
                                          const Corrections& corrections);
  [[nodiscard]] std::vector<ProbeResult> probe(const std::vector<Graph>& graphs,
                                               RunObserver& observer) const;

  const RunConfig& config_;
  const TuningSpace& space_;
  const Evaluator& evaluator_;
  Graph graph_;
  EngineOptions engine_;
  StrategyTraits traits_;
  std::vector<std::string> weight_only_dense_;
  CalibrationTable table_;
  WeightCache weights_;
  StatisticsTable statistics_;
  Corrections corrections_;
  std::optional<ChannelRanges> equalized_by_;
  std::vector<EqualizedPlace> equalized_;
  std::vector<CorrectionTrial> tried_;
  std::unique_ptr<FittedPlans> fitted_;  ///< null: plans are not fitted to the response
  Target target_;
};

}  // namespace caloquant
