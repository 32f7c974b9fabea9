#include <unistd.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "ops/kernels/direct/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/run/quantize.hpp"
#include "quantizer/tune/progress.hpp"
#include "quantizer/tune/step_table.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"

namespace caloquant::cli {
namespace {

struct QuantizeArguments {
  std::string config;
  std::string output = "caloquant_out";
  std::vector<std::string> overrides;
  std::vector<std::string> formats;
  std::string profile;
  std::optional<std::uint64_t> random_weights;
  int threads = 0;
  bool quiet = false;
};

/// Prints the step table as it grows and a progress line below it.
class TerminalObserver : public RunObserver {
 public:
  TerminalObserver(const RunConfig& config, bool quiet)
      : config_(config),
        quiet_(quiet),
        progress_(std::cerr, !quiet && is_terminal(STDERR_FILENO)) {}

  void on_phase(const std::string& phase, std::int64_t events) override {
    progress_.begin(phase, static_cast<std::size_t>(events));
  }
  void on_events(std::int64_t done) override { progress_.update(static_cast<std::size_t>(done)); }

  void on_target(const LossResult& baseline, double target) override {
    progress_.clear();
    table_ = std::make_unique<StepTable>(baseline.dead_error);
    if (quiet_) {
      return;
    }
    std::cout << "metric    " << describe(config_.metric) << '\n'
              << "baseline  " << baseline.value << " (fp32), dead output " << baseline.dead_output
              << " on " << baseline.events << " events\n"
              << "target    " << (config_.accuracy.higher_is_better ? ">= " : "<= ") << target
              << " (" << name_of(config_.accuracy.kind) << " tolerance "
              << config_.accuracy.tolerable_loss << ")\n";
    for (const std::string& reason : baseline.suspect) {
      std::cout << "warning   " << reason << '\n';
    }
    std::cout << '\n' << StepTable::header() << std::flush;
  }
  void on_trial_start(std::size_t step, const Proposal& /*proposal*/, std::size_t at_most,
                      std::int64_t events) override {
    progress_.begin_trial(step + 1, at_most, static_cast<std::size_t>(events));
  }
  bool on_trial(const Trial& trial) override {
    progress_.clear();
    if (!quiet_) {
      std::cout << table_->row(trial) << std::flush;
    }
    return true;
  }
  [[nodiscard]] bool interrupted() override { return cli::interrupted(); }

 private:
  const RunConfig& config_;
  bool quiet_;
  ProgressLine progress_;
  std::unique_ptr<StepTable> table_;
};

void print_layers(const std::vector<LayerReport>& layers) {
  std::cout << "\nlayers\n";
  for (const LayerReport& layer : layers) {
    std::cout << "  " << std::left << std::setw(24) << layer.name << std::setw(7) << layer.op
              << std::setw(6) << name_of(layer.precision)
              << (layer.reason.empty() ? "" : layer.reason) << '\n';
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
  std::cout << "against the data files (" << fp32.events << " events): fp32 " << fp32.value
            << ", quantized " << report.quantized_and_data.value;
  if (fp32.noise) {
    std::cout << ", noise alone " << *fp32.noise;
  }
  std::cout << "\nbeside fp32: " << worst_response(report.physics.report) << "; all of it in "
            << output << "/physics.txt\n";
}

void print_outcome(const QuantizeResult& result, const std::string& output) {
  const Trial& best = result.tuning.trials[*result.tuning.best];
  const LossResult& loss = result.final_quality->loss;
  print_layers(result.layers);
  std::cout << "\nstep " << best.step << ": " << best.quantized_layers() << " of "
            << best.total_layers() << " layers quantized, loss " << loss.value;
  if (loss.standard_error) {
    std::cout << " +- " << *loss.standard_error;
  }
  std::cout << " (" << loss.relative_to_dead << " of a dead output), "
            << result.tuning.trials.size() << " steps in " << std::fixed << std::setprecision(1)
            << result.tuning.seconds << " s\nin all " << result.cost.seconds
            << " s, in which the fp32 model computes " << std::setprecision(0)
            << result.cost.fp32_events() << " showers; peak memory "
            << static_cast<double>(result.cost.peak_memory) * 1e-6 << " MB\n"
            << std::defaultfloat << std::setprecision(4);
  if (result.report) {
    print_report(*result.report, output);
  }
  std::cout << std::setprecision(6) << "target_met: " << std::boolalpha << result.tuning.target_met
            << '\n';
  for (const OnnxNote& note : result.onnx_notes) {
    std::cout << "quantized.onnx, layer '" << note.layer << "': " << note.text << '\n';
  }
  std::cout << "written: " << output << "/{";
  for (const std::string& file : result.written) {
    std::cout << file << ", ";
  }
  std::cout << "steps.jsonl, steps.csv, result.json}\n";
}

/// --format and --onnx-profile are other names for config values.
std::vector<std::string> overrides_of(const QuantizeArguments& arguments) {
  std::vector<std::string> overrides = arguments.overrides;
  if (!arguments.formats.empty()) {
    std::string list;
    for (const std::string& format : arguments.formats) {
      list += (list.empty() ? "\"" : ", \"") + format + '"';
    }
    overrides.push_back("/emit/formats=[" + list + "]");
  }
  if (!arguments.profile.empty()) {
    overrides.push_back("/emit/onnx_profile=" + arguments.profile);
  }
  return overrides;
}

int quantize_command(const QuantizeArguments& arguments) {
  set_threads(arguments.threads);
  RunConfig config = load_run_config(arguments.config, overrides_of(arguments));
  if (arguments.random_weights) {
    if (config.model.architecture.empty()) {
      throw UsageError("--random-weights", "the config has no model.architecture",
                       "random weights need an architecture, not a model file");
    }
    config.model.weights.clear();
    config.model.random_weights = arguments.random_weights;
  }
  const CpuReport cpu = cpu_report();
  if (!arguments.quiet) {
    std::cout << "caloquant " CALOQUANT_VERSION ", oneDNN " << cpu.onednn << ", " << cpu.isa << ", "
              << cpu.threads << " threads, direct kernels " << name_of(active_isa()) << '\n';
  }
  watch_for_interrupt();
  TerminalObserver observer(config, arguments.quiet);
  auto kernels = machine_kernels();
  const QuantizeResult result =
      run_quantize(config, arguments.output, observer, kernels ? &*kernels : nullptr);
  if (kernels) {
    kernels->save();
  }
  if (!result.error.empty()) {
    if (result.tuning.reason == StopReason::interrupted) {
      throw InterruptedError("quantize");
    }
    throw BackendError("quantize", "no configuration could be evaluated: " + result.error);
  }
  if (!arguments.quiet) {
    print_outcome(result, arguments.output);
  }
  if (result.tuning.reason == StopReason::interrupted) {
    std::cerr << "caloquant: interrupted; the best so far is written\n";
    return exit_code(ErrorKind::interrupted);
  }
  return result.tuning.target_met ? exit_ok : exit_target_not_met;
}

}  // namespace

void add_quantize(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("quantize", "Quantize a model until its loss meets the target");
  auto arguments = std::make_shared<QuantizeArguments>();
  command->add_option("CONFIG", arguments->config, "run config (JSON); see 'caloquant schema'")
      ->required();
  command->add_option("-o,--output", arguments->output, "folder for the results")
      ->capture_default_str();
  command
      ->add_option("--set", arguments->overrides,
                   "change a config value: /json/pointer=value (repeatable)")
      ->allow_extra_args(false);
  command
      ->add_option("--format", arguments->formats,
                   "what is written: h5, onnx or h5,onnx (as /emit/formats)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"h5", "onnx"}));
  command->add_option("--onnx-profile", arguments->profile,
                      "onnxruntime, openvino, tensorrt or portable (as /emit/onnx_profile)");
  command->add_option("--random-weights", arguments->random_weights,
                      "seeded random weights instead of the config's");
  command->add_option("--threads", arguments->threads, "threads (0: all)")
      ->check(CLI::Range(0, 4096));
  command->add_flag("--quiet", arguments->quiet, "print errors only");
  command->callback(
      [arguments, &action] { action = [arguments] { return quantize_command(*arguments); }; });
}

}  // namespace caloquant::cli
