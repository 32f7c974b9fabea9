#include <caloquant/error.hpp>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <sstream>

#include "graph/io/files/output_guard.hpp"
#include "graph/io/files/text_file.hpp"
#include "quantizer/gate/check.hpp"
#include "quantizer/gate/gate_json.hpp"
#include "quantizer/gate/gate_table.hpp"
#include "quantizer/gate/junit.hpp"
#include "quantizer/gate/markdown.hpp"
#include "quantizer/output/progress/progress.hpp"
#include "quantizer/run/input_files.hpp"
#include "quantizer/run/run_session.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

struct CheckArguments {
  ModelArguments model;
  std::string config;
  std::vector<std::string> overrides;
  std::string baseline;
  std::string tolerance;
  std::string max_drift;
  std::string undecided = "fail";
  std::optional<double> sigmas;
  std::optional<std::uint64_t> seed;
  std::string junit;
  std::string markdown;
  GateOptions gate;
  int threads = 0;
  OutputArguments out;
};

class CheckProgress : public RunObserver {
 public:
  explicit CheckProgress(bool enabled) : line_(std::cerr, enabled) {}
  void on_phase_start(Phase phase, std::int64_t events) override {
    line_.begin(std::string(name_of(phase)), static_cast<std::size_t>(events));
  }
  void on_events(std::int64_t done) override { line_.update(static_cast<std::size_t>(done)); }
  [[nodiscard]] bool interrupted() override { return cli::interrupted(); }

 private:
  ProgressLine line_;
};

double parse_drift(const std::string& text) {
  const Tolerance drift = parse_tolerance(text, "--max-drift");
  if (!drift.relative) {
    throw UsageError("--max-drift", "is a part of the energy", "give 0.005 or 0.5%");
  }
  return drift.value;
}

GateOptions gate_options(const CheckArguments& arguments) {
  GateOptions options = arguments.gate;
  if (!arguments.baseline.empty()) {
    options.baseline = arguments.baseline;
  }
  if (!arguments.tolerance.empty()) {
    options.tolerance = parse_tolerance(arguments.tolerance, "--tolerance");
  }
  if (!arguments.max_drift.empty()) {
    options.max_drift = parse_drift(arguments.max_drift);
  }
  options.undecided_passes = arguments.undecided == "pass";
  return options;
}

/// That a normal number is below so many standard errors.
double confidence_of(double sigmas) {
  return 0.5 * std::erfc(-sigmas / std::numbers::sqrt2);
}

void tell_of_sigmas(const CheckArguments& arguments) {
  if (arguments.sigmas) {
    std::ostringstream message;
    message << "--sigmas " << *arguments.sigmas
            << " is a one-sided confidence now, and goes with the next version; give --set "
               "/accuracy_criterion/confidence="
            << std::setprecision(4) << confidence_of(*arguments.sigmas);
    print_deprecations({message.str()}, arguments.out.quiet);
  }
}

RunConfig check_config(const CheckArguments& arguments) {
  std::vector<std::string> overrides = arguments.overrides;
  if (arguments.seed) {
    overrides.push_back("/input/seed=" + std::to_string(*arguments.seed));
  }
  RunConfig config = load_config(arguments.config, overrides, arguments.out.quiet);
  if (arguments.sigmas) {
    config.accuracy.confidence = confidence_of(*arguments.sigmas);
  }
  if (arguments.seed && config.data.tensors) {
    throw UsageError("--seed", "the inputs of this config are rows of files, without noise",
                     "leave it out");
  }
  return config;
}

GateResult run_gate(const CheckArguments& arguments) {
  const GateOptions given = gate_options(arguments);
  tell_of_sigmas(arguments);
  const RunConfig config = check_config(arguments);
  const LoadedModel model = arguments.model.load(arguments.out.quiet);
  CheckProgress progress(arguments.out.progress());
  return check_model(config, model, given, progress, shared_machine_kernels());
}

void write_reports(const CheckArguments& arguments, const GateResult& result, const JunitRun& run) {
  if (!arguments.junit.empty()) {
    write_text_file(junit_xml(result, run), arguments.junit);
  }
  if (!arguments.markdown.empty()) {
    write_text_file(gate_markdown(result), arguments.markdown);
  }
}

void guard_inputs(const CheckArguments& arguments) {
  std::vector<std::filesystem::path> read{arguments.config};
  const auto add = [&read](const std::vector<std::filesystem::path>& files) {
    read.insert(read.end(), files.begin(), files.end());
  };
  if (!arguments.baseline.empty()) {
    const std::filesystem::path folder = std::filesystem::path(arguments.baseline).parent_path();
    add({arguments.baseline, folder / "quantized.h5", folder / "quantized.onnx"});
  }
  try {
    add(model_files(arguments.model.config()));
    add(input_files(check_config(arguments)));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch) the reports will tell
  }
  refuse_overwriting("--junit", arguments.junit, read);
  refuse_overwriting("--markdown", arguments.markdown, read);
  refuse_same_output("--markdown", arguments.markdown, "--junit", arguments.junit);
}

int check_command(const CheckArguments& arguments) {
  watch_for_interrupt();
  set_threads(arguments.threads);
  if (!arguments.junit.empty() || !arguments.markdown.empty()) {
    guard_inputs(arguments);
  }
  const JunitRun run = junit_run_here();
  GateResult result;
  try {
    result = run_gate(arguments);
  } catch (const Error& error) {
    // Reports of an earlier run must not pass for those of this one.
    result.model =
        arguments.model.file.empty() ? arguments.model.architecture : arguments.model.file;
    result.error = error.what();
    write_reports(arguments, result, run);
    throw;
  }
  write_reports(arguments, result, run);
  if (arguments.out.json) {
    std::cout << gate_json(result) << '\n';
  } else if (!arguments.out.quiet) {
    std::cout << gate_table(result);
  }
  return result.passed() ? exit_ok : exit_target_not_met;
}

void add_limits(Command& command, CheckArguments& arguments) {
  Option* max_loss = command.add_option(
      "--max-loss", arguments.gate.max_loss,
      "limit of the loss in place of the config's target, or least value of a metric where higher "
      "is better");
  max_loss->transform(number_in(NumberRange::any()));
  Option* baseline =
      command
          .add_option("--baseline", arguments.baseline,
                      "result.json of the baseline model, which should lie beside it")
          ->excludes(max_loss);
  command
      .add_option("--tolerance", arguments.tolerance,
                  "how much worse than the baseline: 0.1 or 10% of its loss (default), or abs:1e-5")
      ->transform(text_for([](const std::string& text) { (void)parse_tolerance(text, ""); }))
      ->needs(baseline);
  command
      .add_option("--max-drift", arguments.max_drift,
                  "largest change of the total energy from the baseline model's: 0.005 or 0.5% "
                  "(default)")
      ->transform(text_for([](const std::string& text) { (void)parse_drift(text); }))
      ->needs(baseline);
  command
      .add_option("--min-speedup", arguments.gate.min_speedup,
                  "least showers/s of the model over those of its fp32 parent")
      ->transform(number_in({0.0, 1e6, true}));
  add_choice(command, "--undecided", arguments.undecided, {"fail", "pass"},
             "what a criterion counts as that is undecided after all events")
      ->capture_default_str();
  command
      .add_option("--sigmas", arguments.sigmas,
                  "deprecated: the one-sided confidence, in standard errors")
      ->transform(number_in({0.0, 3.7}));
}

}  // namespace

void add_check(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"check",
       main_commands,
       "Gate for CI: a model against its fp32 parent and a limit or a baseline model",
       "Judges a model as quantize judges a trial: the loss and the physics that the config asks "
       "for, each with its bounds at accuracy_criterion.confidence, on as many events as the "
       "answer "
       "takes. Or it compares the model with a baseline model, by more than a tolerance. Each "
       "criterion is passed, undecided or failed; what is not passed fails with exit code 7. "
       "Writes "
       "reports that CI systems show.",
       {"caloquant check quantized.h5 --config run.json --max-loss 1e-4 --junit check.xml",
        "caloquant check quantized.h5 --config run.json --baseline baseline/result.json "
        "--tolerance 10% --markdown summary.md",
        "caloquant check quantized.h5 --config run.json --undecided pass"}});
  auto arguments = std::make_shared<CheckArguments>();
  arguments->model.add_to(*command);
  add_config_options(*command, "--config", arguments->config, arguments->overrides);
  add_limits(*command, *arguments);
  command->add_option("--junit", arguments->junit, "write JUnit XML")
      ->type_name(file_value)
      ->group(output_options);
  command->add_option("--markdown", arguments->markdown, "write a summary in Markdown")
      ->type_name(file_value)
      ->group(output_options);
  command->add_option("--seed", arguments->seed, "seed of the noise, instead of the config's")
      ->transform(seed_number());
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return check_command(*arguments); }; });
}

}  // namespace caloquant::cli
