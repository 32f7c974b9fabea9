#include "quantizer/output/emit/result_json.hpp"

#include <cmath>
#include <limits>

#include "graph/exec/kernel_choices.hpp"
#include "graph/io/files/model_hash.hpp"
#include "graph/io/files/sha256.hpp"
#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/output/emit/read_back.hpp"
#include "quantizer/output/tables/compare_json.hpp"
#include "quantizer/result/quantize_result.hpp"
#include "quantizer/result/verdict_text.hpp"
#include "quantizer/search/strategy/cost.hpp"
#include "quantizer/search/tune/measure_json.hpp"
#include "quantizer/search/tune/pareto.hpp"
#include "quantizer/verify/verification_text.hpp"

namespace caloquant {
namespace {

Json range_json(const Range& range) {
  return Json::array({range.low, range.high});
}

/// How the src of a layer was calibrated, and for `automatic` what it was chosen from.
Json calibration_json(const LayerPlan& plan) {
  Json json{{"algorithm", std::string(name_of(plan.choice.algorithm))},
            {"range", range_json(plan.range)}};
  if (plan.chosen) {
    json["chosen"] = std::string(name_of(*plan.chosen));
    for (const RangeCandidate& candidate : plan.candidates) {
      json["candidates"][std::string(name_of(candidate.algorithm))] = {
          {"range", range_json(candidate.range)},
          {"noise", json_number(candidate.error.noise)},
          {"energy", json_number(candidate.error.energy)}};
    }
  }
  return json;
}

Json layer_json(const LayerReport& layer, const QuantizeResult& result) {
  const QuantPlan& plan = result.plan;
  Json json{{"name", layer.name},
            {"op", layer.op},
            {"precision", std::string(name_of(layer.precision))},
            {"reason", layer.reason}};
  const auto kernel = result.implementations.find(layer.name);
  if (kernel != result.implementations.end()) {
    json["implementation"] = kernel->second;
  }
  const auto found = plan.layers.find(layer.name);
  if (found != plan.layers.end()) {
    const LayerQuant& quant = found->second.quant;
    json["src"] = {{"dtype", std::string(name_of(quant.src.dtype))},
                   {"scale", quant.src.scale},
                   {"zero_point", quant.src.zero_point},
                   {"calibration", calibration_json(found->second)}};
    json["weights"] = {
        {"dtype", std::string(name_of(found->second.weights->dtype()))},
        {"granularity", quant.weight_scales.size() == 1 ? "per_tensor" : "per_channel"},
        {"algorithm", std::string(name_of(found->second.choice.weight_range))}};
  }
  return json;
}

/// What biases and gains of the last layers were fitted to, and what came of it.
Json response_fit_json(const ResponseFit& fit) {
  Json json{{"events", fit.events},
            {"unchanged", fit.unchanged.empty() ? Json() : Json(fit.unchanged)},
            {"before", json_number(fit.before)},
            {"after", json_number(fit.after)},
            {"deviations", Json::array()},
            {"layers", Json::array()}};
  for (const FittedDeviation& deviation : fit.deviations) {
    json["deviations"].push_back(
        {{"name", deviation.name},
         {"before", json_number(deviation.before)},
         {"after", json_number(deviation.after)},
         {"standard_error",
          deviation.standard_error ? json_number(*deviation.standard_error) : Json()}});
  }
  for (const FittedLayer& layer : fit.layers) {
    json["layers"].push_back(
        {{"name", layer.name}, {"biases", layer.biases}, {"gain", json_number(layer.gain)}});
  }
  return json;
}

Json step_json(const Trial& trial) {
  return {{"step", trial.step},
          {"changed", trial.proposal.changed},
          {"quantized_layers", trial.quantized_layers()},
          {"loss", json_number(trial.loss)},
          {"standard_error", json_number(trial.standard_error)},
          {"verdict", std::string(name_of(trial.verdict))},
          {"events", trial.events},
          {"target_met", trial.target_met},
          {"stopped_early", trial.stopped_early},
          {"seconds", trial.seconds},
          {"error", trial.error.empty() ? Json() : Json(trial.error)}};
}

/// The trials that no other one beats in loss, milliseconds and bytes of the layers.
Json pareto_json(const QuantizeResult& result) {
  Json front = Json::array();
  for (const std::size_t index : pareto_front(result.tuning.trials, result.costs)) {
    const Trial& trial = result.tuning.trials[index];
    const LayerCost cost = cost_of(trial.proposal.config, result.costs);
    front.push_back({{"step", trial.step},
                     {"loss", json_number(trial.loss)},
                     {"milliseconds_per_event", cost.milliseconds},
                     {"bytes", cost.bytes},
                     {"target_met", trial.target_met}});
  }
  return front;
}

/// The final model beside the fp32 one and beside the data.
Json report_json(const FinalReport& report) {
  const ShowerLossResult& fp32 = report.fp32_and_data;
  return {{"loss_against_data",
           {{"fp32", to_json(fp32)},
            {"quantized", to_json(report.quantized_and_data)},
            {"noise_floor", fp32.noise ? json_number(*fp32.noise) : Json()}}},
          {"physics", report_json(report.physics)}};
}

Json equalized_json(const std::vector<EqualizedPlace>& places) {
  Json list = Json::array();
  for (const EqualizedPlace& place : places) {
    list.push_back({{"place", place.place},
                    {"readers", place.readers},
                    {"factors", {place.smallest, place.largest}}});
  }
  return list;
}

/// How the model was computed twice; null for a model that was not.
Json import_json(const std::optional<onnx::ImportCheck>& check) {
  if (!check) {
    return {};
  }
  return {{"complete", check->complete()},
          {"nodes", check->nodes},
          {"nodes_compared", check->compared},
          {"outputs_compared", check->outputs},
          {"rows", check->rows},
          {"multiply_adds_per_row", check->multiply_adds},
          {"largest_difference_over_bound",
           {{"nodes", check->largest_ratio}, {"outputs", check->output_ratio}}},
          {"seconds", check->seconds}};
}

Json not_written_json(const QuantizeResult& result) {
  Json list = Json::array();
  for (const auto& [name, reason] : result.not_written) {
    list.push_back({{"file", name}, {"error", reason}});
  }
  return list;
}

/// So that a model can be told from one that took its place. Pages and tables have no hash: the
/// report is drawn from this file.
Json hashes_json(const std::vector<std::string>& written, const std::filesystem::path& folder) {
  Json hashes = Json::object();
  for (const std::string& name : written) {
    if (name.starts_with("quantized.")) {
      hashes[name] = sha256_of_file(folder / name);
    }
  }
  return hashes;
}

}  // namespace

Json to_json(const ShowerLossResult& loss) {
  Json axes;
  constexpr const char* names[] = {"x", "y", "z"};
  for (std::size_t axis = 0; axis < loss.axes.size(); ++axis) {
    axes[names[axis]] = {{"mean", json_number(loss.axes[axis].mean)},
                         {"spread", json_number(loss.axes[axis].spread)}};
  }
  return {{"loss", json_number(loss.value)},
          {"standard_error", loss.standard_error ? json_number(*loss.standard_error) : Json()},
          {"dead_output_loss", json_number(loss.dead_output)},
          {"relative_to_dead_output", json_number(loss.relative_to_dead)},
          {"noise", loss.noise ? json_number(*loss.noise) : Json()},
          {"axes", axes},
          {"events", loss.events},
          {"reference_events", loss.reference_events},
          {"suspect", loss.suspect}};
}

Json to_json(const ModelQuality& quality) {
  if (quality.shower) {
    return to_json(*quality.shower);
  }
  const LossResult& loss = quality.loss;
  return {{"loss", json_number(loss.value)},
          {"standard_error", loss.standard_error ? json_number(*loss.standard_error) : Json()},
          {"error", json_number(loss.error)},
          {"dead_output_loss", json_number(loss.dead_output)},
          {"relative_to_dead_output", json_number(loss.relative_to_dead)},
          {"events", loss.events},
          {"suspect", loss.suspect}};
}

Json kernels_json(const KernelChoices& kernels) {
  Json json = Json::object();
  for (const auto& [signature, measured] : kernels.table()) {
    json[signature]["chosen"] = std::string(name_of(measured.kind));
    for (const auto& [kind, milliseconds] : measured.milliseconds) {
      json[signature]["milliseconds"][std::string(name_of(kind))] = milliseconds;
    }
  }
  return json;
}

Json files_json(const std::vector<std::filesystem::path>& files) {
  Json list = Json::array();
  for (const std::filesystem::path& file : files) {
    list.push_back({{"file", file.filename().string()}, {"sha256", sha256_of_model(file)}});
  }
  return list;
}

Json provenance_json(const ResultContext& context) {
  const CpuReport cpu = cpu_report();
  return {{"caloquant", CALOQUANT_VERSION},
          {"compiler", CALOQUANT_COMPILER},
          {"onednn", cpu.onednn},
          {"isa", cpu.isa},
          {"direct_isa", std::string(name_of(active_isa()))},
          {"threads", granted_threads()},
          {"model_files", files_json(context.model_files)},
          {"data_files", files_json(context.data_files)},
          {"config", to_json(context.config)}};
}

/// null where speed was not sought, or the target is not met.
Json speedup_json(const std::optional<Speedup>& speedup) {
  if (!speedup) {
    return {};
  }
  return {{"ratio", json_number(speedup->ratio)},
          {"lowest", json_number(speedup->lowest)},
          {"highest", json_number(speedup->highest)},
          {"showers_per_second", json_number(speedup->showers_per_second)},
          {"fp32_showers_per_second", json_number(speedup->fp32_showers_per_second)},
          {"least", Speedup::least},
          {"measured", speedup->measured}};
}

Json measures_json(const ModelQuality& quality) {
  Json list = Json::array();
  for (const Measure& measure : quality.measures) {
    list.push_back(measure_json(measure));
  }
  return list;
}

Json criteria_json(const ModelQuality& quality, const RunConfig& config) {
  const bool is_confident = config.accuracy.criteria == Criteria::physics;
  return {{"asked", asks_physics(config) ? "physics" : "loss_only"},
          {"confidence", is_confident ? Json(config.accuracy.confidence) : Json()},
          {"verdict", std::string(name_of(quality.verdict()))},
          {"text", verdict_text(quality, config)},
          {"events", quality.events},
          {"measures", measures_json(quality)},
          {"confirmation", Json()}};
}

/// Of a run; without a model what was asked.
Json run_criteria_json(const QuantizeResult& result, const RunConfig& config) {
  Json json = criteria_json(result.final_quality.value_or(ModelQuality{}), config);
  json["verdict"] = std::string(name_of(result.verdict()));
  json["text"] = verdict_text(result, config);
  if (result.confirmation) {
    json["confirmation"] = {{"verdict", std::string(name_of(result.confirmation->verdict()))},
                            {"events", result.confirmation->events},
                            {"measures", measures_json(*result.confirmation)}};
  }
  return json;
}

Json outcome_json(const QuantizeResult& result, const RunConfig& config) {
  const bool has_model = result.final_quality.has_value();
  const LossResult final_loss = has_model ? result.final_quality->loss : LossResult{};
  Json json;
  json["target_met"] = result.tuning.target_met;
  json["criteria"] = run_criteria_json(result, config);
  json["speedup"] = speedup_json(result.speedup);
  json["faster"] = result.speedup ? Json(result.speedup->faster()) : Json();
  json["error"] = result.error.empty() ? Json() : Json(result.error);
  json["stopped_by"] = std::string(name_of(result.tuning.reason));
  json["metric"] = describe(config.metric);
  json["baseline_loss"] = json_number(result.baseline.loss.value);
  json["target_loss"] = json_number(result.tuning.target);
  json["dead_output_loss"] = json_number(result.baseline.loss.dead_output);
  json["loss"] = has_model ? json_number(final_loss.value) : Json();
  json["standard_error"] =
      final_loss.standard_error ? json_number(*final_loss.standard_error) : Json();
  json["quantized_layers"] =
      has_model ? result.tuning.trials[*result.tuning.best].quantized_layers() : 0;
  json["total_layers"] =
      has_model ? result.tuning.trials[*result.tuning.best].total_layers() : result.layers.size();
  json["best_step"] = has_model ? Json(result.tuning.trials[*result.tuning.best].step) : Json();
  return json;
}

Json cost_json(const RunCost& cost) {
  return {{"seconds", cost.seconds},
          {"fp32_seconds_per_event", cost.fp32_seconds_per_event},
          {"fp32_events_in_that_time", cost.fp32_events()},
          {"peak_memory_bytes", cost.peak_memory}};
}

std::vector<std::string> files_in_folder(const QuantizeResult& result) {
  std::vector<std::string> files = result.written;
  if (!result.final_quality) {
    return files;
  }
  if (!result.costs.empty()) {
    files.emplace_back("layer_costs.json");
  }
  for (const char* name : {"steps.jsonl", "steps.csv", "result.json"}) {
    files.emplace_back(name);
  }
  return files;
}

void write_result_json(const QuantizeResult& result, const ResultContext& context,
                       const std::filesystem::path& file) {
  write_text_file(json_text(result_json(result, context)) + "\n", file);
}

Json result_json(const QuantizeResult& result, const ResultContext& context) {
  Json json;
  json["_format"] = "caloquant result";
  json["_version"] = 1;
  json.update(outcome_json(result, context.config));
  json["layers"] = Json::array();
  for (const LayerReport& layer : result.layers) {
    json["layers"].push_back(layer_json(layer, result));
  }
  json["steps"] = Json::array();
  for (const Trial& trial : result.tuning.trials) {
    json["steps"].push_back(step_json(trial));
  }
  json["seconds"] = result.tuning.seconds;
  json["pareto"] = result.costs.empty() ? Json::array() : pareto_json(result);
  json["equalized"] = equalized_json(result.equalized);
  json["corrections"] = Json::array();
  for (const CorrectionTrial& trial : result.corrections) {
    json["corrections"].push_back({{"equalization", trial.equalization},
                                   {"bias_correction", trial.bias_correction},
                                   {"sequential_bias_correction", trial.sequential_bias_correction},
                                   {"weight_reconstruction", trial.weight_reconstruction},
                                   {"response_fit", trial.response_fit},
                                   {"loss", json_number(trial.loss)},
                                   {"kept", trial.kept}});
  }
  json["recipes"] = json["corrections"];  // the former name, for one version
  json["response_fit"] = result.response_fit ? response_fit_json(*result.response_fit) : Json();
  json["verified"] = result.verified ? summary_json(*result.verified) : Json();
  json["cost"] = cost_json(result.cost);
  json["loss_detail"] = result.final_quality ? to_json(*result.final_quality) : Json();
  json["report"] = result.report ? report_json(*result.report) : Json();
  json["emitted"] = {{"files", files_in_folder(result)},
                     {"not_written", not_written_json(result)},
                     {"sha256", hashes_json(result.written, context.folder)},
                     {"read_back", read_back_json(result.read_back)},
                     {"onnx_notes", Json::array()}};
  for (const OnnxNote& note : result.onnx_notes) {
    json["emitted"]["onnx_notes"].push_back({{"layer", note.layer}, {"note", note.text}});
  }
  json["import_check"] = import_json(result.import_check);
  json["kernels"] = context.kernels != nullptr ? kernels_json(*context.kernels) : Json();
  json["provenance"] = provenance_json(context);
  json["provenance"]["labels"] = result.labels ? labels_json(*result.labels) : Json();
  return json;
}

}  // namespace caloquant
