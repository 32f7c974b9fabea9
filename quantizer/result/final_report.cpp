#include "quantizer/result/final_report.hpp"

#include <algorithm>

#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

/// The same data and latents, the loss against the data files, and fewer events.
RunConfig against_data(const RunConfig& config) {
  RunConfig changed = config;
  changed.metric.loss.reference = LossReference::dataset;
  changed.accuracy.criteria = Criteria::loss_only;
  changed.tuning.early_stop = false;
  changed.data.evaluation_samples =
      std::min(config.data.evaluation_samples, config.report.physics_events);
  return changed;
}

}  // namespace

ComparedSide report_side(const char* name, const Graph& graph) {
  ComparedSide side;
  side.text = name;
  side.graph = graph;
  side.has_units = true;
  return side;
}

std::optional<FinalReport> final_report(const RunConfig& config, const Graph& fp32,
                                        const Graph& quantized, const EngineOptions& engine,
                                        const MemoryData& given, const EventProgress& progress) {
  const auto* showers = std::get_if<ShowerArrays>(&given);
  if (config.metric.tensor || (showers != nullptr && showers->images.empty()) ||
      std::min(config.data.evaluation_samples, config.report.physics_events) < 2) {
    return std::nullopt;
  }
  ShowerEvaluator data(against_data(config), fp32, engine, given);
  data.prepare_reference();
  ProfileRows rows_fp32 = data.rows_of_gev();
  ProfileRows rows_quantized = data.rows_of_gev();
  CompareOptions options;
  const std::span<const EventLabel> labels =
      data.events().events().labels(data.events().evaluation());
  options.labels.assign(labels.begin(), labels.end());
  options.label_sources = data.events().events().label_sources();
  options.primaries.seed = config.input.seed;
  options.encoding = config.input.encoding;
  options.batch = std::min(data.batch(), data.events().evaluation().size());
  options.first_event = data.events().evaluation().first;
  options.engine = engine;
  std::optional<SampleCollector> collector;
  if (config.report.html) {
    collector.emplace(data.events(), options.batch);
  }
  options.images = [&](std::int64_t, std::span<const float> a, std::span<const float> b) {
    rows_fp32.add(a, team_size());
    rows_quantized.add(b, team_size());
    if (collector) {
      collector->add(a, b);
    }
  };
  FinalReport report;
  options.samples = [&](const ShowerSample& a, const ShowerSample& b) {
    if (collector) {
      report.samples = std::make_shared<ShowerSamples>(collector->finish(a, b));
    }
  };
  report.physics = compare(report_side("fp32", fp32), report_side("quantized", quantized), nullptr,
                           options, [&](std::int64_t done, std::int64_t) {
                             if (progress) {
                               progress(done);
                             }
                           });
  report.fp32_and_data = data.loss_of(rows_fp32);
  report.quantized_and_data = data.loss_of(rows_quantized);
  return report;
}

}  // namespace caloquant
