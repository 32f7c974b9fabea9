#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/verify/verification_text.hpp"
#include "tools/cli/quantize_output.hpp"

namespace caloquant::cli {
namespace {

/// "int8|fp32", the names of a list of options.
template <typename Option>
std::string option_names(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    text += (text.empty() ? "" : "|") + std::string(name_of(option));
  }
  return text;
}

std::string options_text(const LayerSpec& layer) {
  if (layer.fixed()) {
    return "fp32: " + layer.fixed_reason;
  }
  if (!layer.counted) {
    return "not counted";
  }
  const LayerOptions& searched = layer.searched;
  std::string text = option_names(searched.precisions) + "  " + option_names(searched.algorithms) +
                     "  " + option_names(searched.granularities);
  if (searched.activations != std::vector{ActivationType::automatic}) {
    text += "  " + option_names(searched.activations);
  }
  if (searched.weight_ranges != std::vector{WeightRange::minmax}) {
    text += "  weights " + option_names(searched.weight_ranges);
  }
  return text;
}

/// "1.3 s", "4 min 10 s", "2 h 5 min".
std::string time_text(double seconds) {
  std::ostringstream text;
  if (seconds < 60.0) {
    text << std::fixed << std::setprecision(1) << seconds << " s";
  } else if (seconds < 3600.0) {
    text << static_cast<long>(seconds) / 60 << " min " << static_cast<long>(seconds) % 60 << " s";
  } else {
    text << static_cast<long>(seconds) / 3600 << " h " << static_cast<long>(seconds) / 60 % 60
         << " min";
  }
  return text.str();
}

void print_plan_layers(const DryRun& plan) {
  std::size_t width = 0;
  for (const LayerSpec& layer : plan.layers) {
    width = std::max(width, terminal_text(layer.name).size());
  }
  std::cout << "layers (options that are searched)\n";
  for (const LayerSpec& layer : plan.layers) {
    std::cout << "  " << std::left << std::setw(static_cast<int>(width) + 2)
              << terminal_text(layer.name) << std::setw(7) << layer.op << options_text(layer)
              << '\n';
  }
}

void print_plan_trials(const DryRun& plan, const RunConfig& config) {
  std::cout << "\nstrategy  " << config.tuning.strategy << ": at most "
            << counted(plan.at_most, "trial")
            << (plan.stops_at_target ? ", ends at the first that meets the target" : "")
            << "\nfirst, as long as none meets the target\n";
  for (std::size_t i = 0; i < plan.known.size(); ++i) {
    std::cout << "  " << std::right << std::setw(4) << i << "  "
              << terminal_text(plan.known[i].changed) << '\n';
  }
  if (plan.known.size() < plan.at_most) {
    std::cout << "        then what their losses suggest\n";
  }
}

void print_plan_estimate(const DryRun& plan) {
  std::cout << "\nestimate from " << counted(plan.timed_events, "event") << " ("
            << std::setprecision(3) << 1e3 * plan.fp32_seconds_per_event
            << " ms per event in the fp32 network)\n";
  for (const PhaseEstimate& phase : plan.phases) {
    std::cout << "  " << std::left << std::setw(14) << phase.name << std::right << std::setw(12)
              << time_text(phase.seconds);
    if (phase.events > 0) {
      std::cout << "  " << counted(phase.events, "event");
    }
    if (phase.name == "trials") {
      std::cout << " in each of " << plan.at_most;
    }
    std::cout << '\n';
  }
  std::cout << "time      " << time_text(plan.least_seconds) << " at least, "
            << time_text(plan.most_seconds) << " at most\n"
            << "memory    " << std::fixed << std::setprecision(0)
            << static_cast<double>(plan.memory_bytes) * 1e-6 << " MB (activations of a batch "
            << static_cast<double>(plan.arena_bytes) * 1e-6 << " MB)\n"
            << "nothing was written; a network that is new to this machine also has its kernels "
               "measured once\n";
}

Json layers_json(const DryRun& plan) {
  Json layers = Json::array();
  for (const LayerSpec& layer : plan.layers) {
    Json json{{"name", layer.name}, {"op", layer.op}, {"counted", layer.counted}};
    json["fixed_reason"] = layer.fixed() ? Json(layer.fixed_reason) : Json();
    const auto names = [&](const char* key, const auto& options) {
      json[key] = Json::array();
      for (const auto& option : options) {
        json[key].push_back(std::string(name_of(option)));
      }
    };
    names("precisions", layer.searched.precisions);
    names("algorithms", layer.searched.algorithms);
    names("granularities", layer.searched.granularities);
    names("activations", layer.searched.activations);
    names("weight_ranges", layer.searched.weight_ranges);
    layers.push_back(std::move(json));
  }
  return layers;
}

}  // namespace

void print_dry_run(const DryRun& plan, const RunConfig& config) {
  std::cout << "dry run of " << terminal_text(config.source) << "\nmodel     "
            << terminal_text(plan.model) << ", " << std::fixed << std::setprecision(2)
            << static_cast<double>(plan.macs_per_event) * 1e-6 << " MMAC per event, "
            << counted(plan.parameters, "parameter") << ", " << counted(plan.total_layers, "layer")
            << " to quantize\nmetric    " << terminal_text(describe(config.metric))
            << "\nevents    " << plan.calibration_events << " calibrate, " << plan.evaluation_events
            << " evaluate, from " << counted(plan.files, "file") << '\n'
            << std::defaultfloat;
  for (const std::string& note : plan.data_notes) {
    std::cout << "data      " << terminal_text(note) << '\n';
  }
  if (plan.verified) {
    std::cout << "expected  " << terminal_text(verdict_line(*plan.verified)) << '\n';
  }
  std::cout << '\n';
  print_plan_layers(plan);
  print_plan_trials(plan, config);
  print_plan_estimate(plan);
}

void print_dry_run_json(const DryRun& plan, const RunConfig& config) {
  Json json{{"config", config.source},
            {"model",
             {{"name", plan.model},
              {"macs_per_event", plan.macs_per_event},
              {"parameters", plan.parameters}}},
            {"metric", describe(config.metric)},
            {"events",
             {{"files", plan.files},
              {"notes", plan.data_notes},
              {"calibration", plan.calibration_events},
              {"evaluation", plan.evaluation_events}}},
            {"total_layers", plan.total_layers},
            {"layers", layers_json(plan)},
            {"strategy",
             {{"name", config.tuning.strategy},
              {"at_most", plan.at_most},
              {"stops_at_target", plan.stops_at_target},
              {"known", Json::array()}}}};
  for (const Proposal& proposal : plan.known) {
    json["strategy"]["known"].push_back(proposal.changed);
  }
  Json phases = Json::array();
  for (const PhaseEstimate& phase : plan.phases) {
    phases.push_back({{"name", phase.name}, {"events", phase.events}, {"seconds", phase.seconds}});
  }
  json["verified"] = plan.verified ? summary_json(*plan.verified) : Json();
  json["estimate"] = {{"timed_events", plan.timed_events},
                      {"rehearsed_events", plan.timed_events},  // the former name, for one version
                      {"fp32_seconds_per_event", plan.fp32_seconds_per_event},
                      {"phases", phases},
                      {"least_seconds", plan.least_seconds},
                      {"most_seconds", plan.most_seconds},
                      {"arena_bytes", plan.arena_bytes},
                      {"memory_bytes", plan.memory_bytes}};
  std::cout << terminal_json(json) << '\n';
}

}  // namespace caloquant::cli
