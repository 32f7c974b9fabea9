#include "quantizer/run/prepared_network.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>
#include <utility>

#include "calibration/corrections/channel_ranges.hpp"
#include "quantizer/search/tune/weight_only_dense.hpp"

namespace caloquant {
namespace {

/// Layers whose weights have 8 bits.
std::size_t rounded_layers(const TuningConfig& config) {
  return static_cast<std::size_t>(
      std::ranges::count_if(config.layers(), [](const TuningConfig::Layer& layer) {
        const Precision precision = layer.choice.precision;
        return precision != Precision::fp32 && precision != Precision::bf16;
      }));
}

}  // namespace

PreparedNetwork::PreparedNetwork(const RunConfig& config, const TuningSpace& space,
                                 const Evaluator& evaluator, Graph fp32, EngineOptions engine,
                                 StrategyTraits traits)
    : config_(config),
      space_(space),
      evaluator_(evaluator),
      graph_(std::move(fp32)),
      engine_(std::move(engine)),
      traits_(traits) {
  if (config.quantization.dense_weights_int8) {
    weight_only_dense_ =
        weight_only_dense_layers(space, config.quantization.rules, !traits_.searches_ladder);
  }
}

void PreparedNetwork::prepare(const Target& target, RunObserver& observer) {
  target_ = target;
  calibrate_and_equalize(observer);
  fitted_ = fits_of(graph_, observer);
  decide_corrections(observer);
}

void PreparedNetwork::restore(const PreparedState& state, const Target& target,
                              RunObserver& observer) {
  target_ = target;
  table_ = state.ranges;
  if (state.equalized_by) {
    EqualizedGraph equalized = equalize_channels(graph_, *state.equalized_by);
    graph_ = std::move(equalized.graph);
    equalized_ = std::move(equalized.places);
    equalized_by_ = state.equalized_by;
  }
  fitted_ = fits_of(graph_, observer);
  tried_ = state.tried;
  if (state.bias_correction || state.weight_reconstruction) {
    collect_moments(observer);
    corrections_ = {state.bias_correction, state.weight_reconstruction, &statistics_};
  }
}

PreparedState PreparedNetwork::state() const {
  return {table_, equalized_by_, corrections_.bias, corrections_.reconstruct, tried_};
}

std::unique_ptr<FittedPlans> PreparedNetwork::fits_of(const Graph& graph,
                                                      RunObserver& observer) const {
  if (!wants(config_.quantization.response_fit)) {
    return nullptr;
  }
  return FittedPlans::make(config_, evaluator_, graph, engine_,
                           [&observer](std::int64_t) { check_interruption(observer); });
}

/// What a correction leaves to the fit decides, so that a probe of them has fits of its own.
const ResponseFit& PreparedNetwork::fit_of(const TuningConfig& config,
                                           const Corrections& corrections) {
  const std::string key = config.key() + (corrections.bias ? " biases" : "") +
                          (corrections.reconstruct ? " reconstructed" : "");
  return fitted_->of(key, plan(config, corrections));
}

bool PreparedNetwork::wants(CorrectionMode mode) const {
  return options_of(mode, traits_.tries_corrections).with;
}

const ResponseFit* PreparedNetwork::response_fit(const TuningConfig& config) {
  if (!fitted_ || rounded_layers(config) < 2) {
    return nullptr;
  }
  return &fit_of(config, corrections_);
}

QuantPlan PreparedNetwork::plan(const TuningConfig& config) {
  const ResponseFit* fit = response_fit(config);
  return fit != nullptr ? fit->plan : plan(config, corrections_);
}

QuantPlan PreparedNetwork::plan(const TuningConfig& config, const Corrections& corrections) {
  return make_plan(graph_, table_, with_weight_only_dense(config, weight_only_dense_),
                   config_.quantization.activation_rule, weights_, corrections);
}

/// With equalization "on" only the equalized network is calibrated, else first the one as it is.
void PreparedNetwork::calibrate_and_equalize(RunObserver& observer) {
  const CorrectionOptions options =
      options_of(config_.quantization.equalization, traits_.tries_corrections);
  if (options.without) {
    table_ = calibrate(graph_, observer);
  }
  if (!options.with) {
    return;
  }
  ChannelRanges channels = channel_ranges(observer);
  EqualizedGraph equalized = equalize_channels(graph_, channels);
  CalibrationTable table;
  if (!options.without || !equalized.places.empty()) {
    table = calibrate(equalized.graph, observer);
  }
  if (options.without &&
      (equalized.places.empty() || !is_better(equalized.graph, table, observer))) {
    return;
  }
  graph_ = std::move(equalized.graph);
  table_ = std::move(table);
  weights_ = {};
  equalized_ = std::move(equalized.places);
  equalized_by_ = std::move(channels);
}

ChannelRanges PreparedNetwork::channel_ranges(RunObserver& observer) const {
  const EventRange events = evaluator_.events().calibration();
  observer.on_phase_start(Phase::equalize, events.size());
  return collect_channel_ranges(graph_, filler(),
                                {events, evaluator_.batch(), progress_of(observer), engine_});
}

/// Does the probe, fitted where plans are, lose less on the equalized network than on the one as it
/// is?
bool PreparedNetwork::is_better(const Graph& equalized, const CalibrationTable& table,
                                RunObserver& observer) {
  bool fitted = false;
  const auto quantized = [&](const Graph& graph, const CalibrationTable& ranges) {
    WeightCache weights;  // those of the run belong to the network that is kept
    QuantPlan plan = make_plan(graph, ranges, correction_probe(space_),
                               config_.quantization.activation_rule, weights);
    if (const auto fits = fits_of(graph, observer)) {
      plan = fits->of("", plan).plan;
      fitted = true;
    }
    return emitted_form(apply_plan(graph, plan), config_.emit);
  };
  const std::vector<ProbeResult> results =
      probe({quantized(graph_, table_), quantized(equalized, table)}, observer);
  const bool better = results[1].worst_ratio < results[0].worst_ratio;
  for (const bool equalization : {false, true}) {
    tried_.push_back({.equalization = equalization,
                      .response_fit = fitted,
                      .loss = results[equalization ? 1 : 0].loss,
                      .kept = equalization == better});
  }
  return better;
}

std::vector<ProbeResult> PreparedNetwork::probe(const std::vector<Graph>& graphs,
                                                RunObserver& observer) const {
  observer.on_phase_start(Phase::corrections, evaluator_.events().evaluation().size());
  std::vector<ProbeResult> results;
  results.reserve(graphs.size());
  for (const ModelQuality& quality : evaluator_.measured(graphs, target_, progress_of(observer))) {
    results.push_back(probe_result(quality));
  }
  return results;
}

CalibrationTable PreparedNetwork::calibrate(const Graph& graph, RunObserver& observer) const {
  std::set<RangeAlgorithm> algorithms;
  for (const LayerSpec& layer : space_.layers()) {
    algorithms.insert(layer.searched.algorithms.begin(), layer.searched.algorithms.end());
  }
  if (traits_.wants_layer_costs) {
    algorithms.insert(RangeAlgorithm::minmax);  // what layer costs are measured with
  }
  CollectOptions options;
  options.events = evaluator_.events().calibration();
  options.batch = evaluator_.batch();
  options.algorithms = std::move(algorithms);
  options.progress = progress_of(observer);
  options.engine = engine_;
  options.ranges = config_.quantization.ranges;
  options.code = [this, &graph](const Node& layer, const Range& range) {
    return first_code(graph, layer, range);
  };
  observer.on_phase_start(Phase::calibrate, options.events.size());
  return collect_ranges(graph, filler(), options);
}

/// The code that a layer would have: its ranges are shared by all trials, so that of several types
/// to search the first one counts.
QuantParams PreparedNetwork::first_code(const Graph& graph, const Node& layer,
                                        const Range& range) const {
  const auto spec = std::ranges::find(space_.layers(), layer.name, &LayerSpec::name);
  return choose_activation(graph, layer, range, spec->searched.activations.front(),
                           config_.quantization.activation_rule);
}

void PreparedNetwork::collect_moments(RunObserver& observer) {
  const EventRange events = evaluator_.events().calibration();
  observer.on_phase_start(Phase::statistics, events.size());
  statistics_ = collect_statistics(
      graph_, filler(),
      {events, evaluator_.batch(), config_.input.seed, engine_, progress_of(observer)});
}

/// Second moments of the layers' inputs, where a correction may need them, and the corrections.
void PreparedNetwork::decide_corrections(RunObserver& observer) {
  const QuantizationConfig& quantization = config_.quantization;
  if (!wants(quantization.bias_correction) && !wants(quantization.weight_reconstruction)) {
    return;
  }
  collect_moments(observer);
  const auto probe_all = [&](const std::vector<Corrections>& all) {
    std::vector<Graph> graphs;
    graphs.reserve(all.size());
    const TuningConfig config = correction_probe(space_);
    for (const Corrections& corrections : all) {
      graphs.push_back(
          quantized(fitted_ ? fit_of(config, corrections).plan : plan(config, corrections)));
    }
    return probe(graphs, observer);
  };
  const CorrectionChoice choice =
      choose_corrections(quantization, traits_.tries_corrections, &statistics_, probe_all);
  corrections_ = choice.corrections;
  for (CorrectionTrial trial : choice.trials) {
    trial.equalization = !equalized_.empty();
    trial.response_fit = fitted_ != nullptr;
    tried_.push_back(trial);
  }
}

}  // namespace caloquant
