#include "tools/cli/quantize_output.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "graph/load_model/second_opinion.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/output/tables/criteria_table.hpp"
#include "quantizer/result/verdict_text.hpp"
#include "quantizer/verify/verification_text.hpp"
#include "tools/cli/interrupt.hpp"

namespace caloquant::cli {

TerminalObserver::TerminalObserver(const RunConfig& config, const OutputArguments& out)
    : config_(config), out_(out), progress_(std::cerr, out.progress()) {}

void TerminalObserver::on_phase_start(Phase phase, std::int64_t events) {
  // What is done in one piece has no events to count.
  progress_.begin(std::string(name_of(phase)), events > 1 ? static_cast<std::size_t>(events) : 0);
}

void TerminalObserver::on_events(std::int64_t done) {
  progress_.update(static_cast<std::size_t>(done));
}

void TerminalObserver::on_data_notes(const std::vector<std::string>& notes) {
  if (out_.text()) {
    for (const std::string& note : notes) {
      std::cout << "data      " << terminal_text(note) << '\n';
    }
  }
}

void TerminalObserver::on_target(const LossResult& baseline, double target) {
  progress_.clear();
  table_ = std::make_unique<StepTable>(baseline.dead_error, out_.style());
  if (!out_.text()) {
    return;
  }
  std::cout << "metric    " << terminal_text(describe(config_.metric)) << '\n'
            << "baseline  " << baseline.value << " (fp32), dead output " << baseline.dead_output
            << " on " << counted(baseline.events, "event") << "\n"
            << "target    " << (config_.accuracy.higher_is_better ? ">= " : "<= ") << target << " ("
            << name_of(config_.accuracy.kind) << " tolerance " << config_.accuracy.tolerable_loss
            << ")\n";
  for (const std::string& reason : baseline.suspect) {
    std::cout << "warning   " << terminal_text(reason) << '\n';
  }
  std::cout << '\n' << StepTable::header() << std::flush;
}

void TerminalObserver::on_resumed(const History& trials) {
  progress_.clear();
  if (out_.text()) {
    for (const Trial& trial : trials) {
      std::cout << table_->row(trial);
    }
    std::cout << "  so far " << counted(trials.size(), "trial") << " of the run that goes on\n"
              << std::flush;
  }
}

void TerminalObserver::on_trial_start(std::size_t step, const Proposal& /*proposal*/,
                                      std::size_t at_most, std::int64_t events) {
  progress_.begin_trial(step + 1, at_most, static_cast<std::size_t>(events));
}

bool TerminalObserver::on_trial(const Trial& trial) {
  progress_.clear();
  if (out_.text()) {
    std::cout << table_->row(trial) << std::flush;
  }
  return true;
}

bool TerminalObserver::interrupted() {
  return cli::interrupted();
}

namespace {

void print_layer_reports(const std::vector<LayerReport>& layers) {
  std::size_t width = 22;
  for (const LayerReport& layer : layers) {
    width = std::max(width, terminal_text(layer.name).size());
  }
  std::cout << "\nlayers\n";
  for (const LayerReport& layer : layers) {
    std::cout << "  " << std::left << std::setw(static_cast<int>(width) + 2)
              << terminal_text(layer.name) << std::setw(7) << layer.op << std::setw(6)
              << name_of(layer.precision) << terminal_text(layer.reason) << '\n';
  }
}

/// Bin of the total energy where the final model is furthest from fp32.
std::string worst_response(const ShowerReport& report) {
  for (const ReportRow& row : report.rows) {
    if (row.metric == "total energy, B/A - 1" && !row.difference.empty()) {
      const auto worst = std::ranges::max_element(row.difference, {},
                                                  [](double change) { return std::abs(change); });
      const auto bin = static_cast<std::size_t>(worst - row.difference.begin());
      std::ostringstream text;
      text << "total energy at " << row.bins[bin] << ' ' << std::showpos << 100.0 * *worst
           << std::noshowpos << " +- " << 100.0 * row.standard_error[bin] << " %";
      return text.str();
    }
  }
  return "";
}

void print_report(const FinalReport& report, const std::string& output) {
  const ShowerLossResult& fp32 = report.fp32_and_data;
  std::cout << "against the data files (" << counted(fp32.events, "event") << "): fp32 "
            << fp32.value << ", quantized " << report.quantized_and_data.value;
  if (fp32.noise) {
    std::cout << ", noise alone " << *fp32.noise;
  }
  std::cout << "\nbeside fp32: " << worst_response(report.physics.report) << "; all of it in "
            << output << "/physics.txt\n";
}

void print_speed(const QuantizeResult& result, TextStyle style) {
  if (!result.speedup) {
    return;
  }
  const Speedup& speedup = *result.speedup;
  std::cout << "beside fp32: " << speedup_text(speedup) << std::setprecision(3);
  if (speedup.measured) {
    std::cout << " (" << speedup.lowest << " to " << speedup.highest << " in turns)";
  }
  std::cout << ", " << speedup.showers_per_second << " showers/s\n" << std::setprecision(6);
  if (result.better_kept_fp32()) {
    std::cout << style.bad("met, but not faster than FP32: keep FP32")
              << "\nor take the model for its size; objective \"smallest\" seeks that, and "
                 "looser criteria leave more room\n";
  }
}

}  // namespace

void print_outcome(const QuantizeResult& result, const RunConfig& config, const std::string& output,
                   TextStyle style) {
  const Trial& best = result.tuning.trials[*result.tuning.best];
  const LossResult& loss = result.final_quality->loss;
  print_layer_reports(result.layers);
  std::cout << "\nstep " << best.step << ": " << best.quantized_layers() << " of "
            << counted(best.total_layers(), "layer") << " quantized, loss " << loss.value;
  if (loss.standard_error) {
    std::cout << " +- " << *loss.standard_error;
  }
  std::cout << " (" << loss.relative_to_dead << " of a dead output), "
            << counted(result.tuning.trials.size(), "step") << " in " << std::fixed
            << std::setprecision(1) << result.tuning.seconds << " s\nin all " << result.cost.seconds
            << " s, in which the fp32 model computes " << std::setprecision(0)
            << result.cost.fp32_events() << " showers; peak memory "
            << static_cast<double>(result.cost.peak_memory) * 1e-6 << " MB\n"
            << std::defaultfloat << std::setprecision(4);
  if (result.verified) {
    std::cout << "the fp32 model " << terminal_text(verdict_line(*result.verified)) << '\n';
  }
  if (result.report) {
    print_report(*result.report, output);
  }
  const bool met = result.tuning.target_met;
  std::cout << '\n'
            << criteria_text(criteria_record(outcome_json(result, config)), style) << '\n'
            << std::setprecision(6)
            << "target_met: " << (met ? style.good("true") : style.bad("false")) << '\n';
  print_speed(result, style);
  if (const std::string note = note_of(result.import_check); !note.empty()) {
    std::cout << terminal_text(note) << '\n';
  }
  for (const OnnxNote& note : result.onnx_notes) {
    std::cout << "quantized.onnx, layer '" << terminal_text(note.layer)
              << "': " << terminal_text(note.text) << '\n';
  }
  std::cout << "written: " << output << "/{";
  for (const std::string& file : result.written) {
    std::cout << file << ", ";
  }
  std::cout << "steps.jsonl, steps.csv, result.json}\n";
}

void print_outcome_json(const QuantizeResult& result, const RunConfig& config,
                        const std::string& output) {
  Json json = outcome_json(result, config);
  json["steps"] = result.tuning.trials.size();
  json["layers"] = Json::array();
  for (const LayerReport& layer : result.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"op", layer.op},
                              {"precision", std::string(name_of(layer.precision))},
                              {"reason", layer.reason}});
  }
  json["verified"] = result.verified ? summary_json(*result.verified) : Json();
  json["data_notes"] = result.labels ? result.labels->notes() : std::vector<std::string>();
  json["cost"] = cost_json(result.cost);
  json["onnx_notes"] = Json::array();
  for (const OnnxNote& note : result.onnx_notes) {
    json["onnx_notes"].push_back({{"layer", note.layer}, {"note", note.text}});
  }
  json["output"] = output;
  json["files"] = result.written;
  for (const char* file : {"steps.jsonl", "steps.csv", "result.json"}) {
    json["files"].push_back(file);
  }
  std::cout << terminal_json(json) << '\n';
}

}  // namespace caloquant::cli
