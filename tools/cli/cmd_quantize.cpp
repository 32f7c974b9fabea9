#include <caloquant/error.hpp>
#include <iostream>

#include "ops/core/counted.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/folder/result_folder.hpp"
#include "quantizer/run/dry_run.hpp"
#include "quantizer/run/run_session.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/number_arguments.hpp"
#include "tools/cli/quantize_output.hpp"
#include "tools/cli/resume.hpp"

namespace caloquant::cli {
namespace {

struct QuantizeArguments {
  std::string config;
  std::string output = "caloquant_out";
  std::string resume;
  std::vector<std::string> signals;
  std::vector<std::string> overrides;
  std::vector<std::string> formats;
  std::string profile;
  std::optional<std::uint64_t> random_weights;
  int threads = 0;
  bool dry_run = false;
  OutputArguments out;
};

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

/// Of the command line, or of the run that is gone on with.
RunConfig config_of(const QuantizeArguments& arguments) {
  if (arguments.config.empty()) {
    if (arguments.resume.empty()) {
      throw UsageError("quantize", "CONFIG is required", "see caloquant quantize --help");
    }
    if (!overrides_of(arguments).empty() || arguments.random_weights) {
      throw UsageError("--resume", "takes its settings from the folder",
                       "leave out --set and the like, or give the CONFIG as well");
    }
    return unfinished_config(arguments.resume);
  }
  RunConfig config = load_config(arguments.config, overrides_of(arguments), arguments.out.quiet);
  if (arguments.random_weights) {
    if (config.model.architecture.empty()) {
      throw UsageError("--random-weights", "the config has no model.architecture",
                       "random weights need an architecture, not a model file");
    }
    config.model.weights.clear();
    config.model.random_weights = arguments.random_weights;
  }
  return config;
}

int dry_run_command(const RunConfig& config, const QuantizeArguments& arguments) {
  CommandProgress progress(arguments.out);
  const DryRun plan = dry_run(config, shared_machine_kernels(), [&](const std::string& what) {
    progress.begin(what, 0);
    progress.update(0);
  });
  progress.clear();
  if (arguments.out.json) {
    print_dry_run_json(plan, config);
  } else if (!arguments.out.quiet) {
    print_dry_run(plan, config);
  }
  return exit_ok;
}

void print_machine() {
  const CpuReport cpu = cpu_report();
  std::cout << "caloquant " CALOQUANT_VERSION ", oneDNN " << cpu.onednn << ", " << cpu.isa << ", "
            << granted_threads() << " threads, direct kernels " << name_of(active_isa()) << '\n';
}

/// The library speaks of its argument `folder`, the command line of its option.
template <typename Run>
auto naming_output(const Run& run) {
  try {
    return run();
  } catch (const UsageError& error) {
    if (error.place() != "folder") {
      throw;
    }
    throw UsageError("--output", error.problem(), error.remedy());
  }
}

std::vector<int> signals_of(const QuantizeArguments& arguments) {
  std::vector<int> signals;
  for (const std::string& name : arguments.signals) {
    signals.push_back(signal_named(name, "--signal"));
  }
  return signals;
}

SessionOptions session_options(const QuantizeArguments& arguments, RunObserver& observer) {
  const bool resumes = !arguments.resume.empty();
  return {&observer, resumes ? arguments.resume : arguments.output, shared_machine_kernels(), true,
          resumes ? Unfinished::resume : Unfinished::set_aside};
}

/// What the folder holds in front of the run that begins.
void tell_former_runs(const RunSession& session, const QuantizeArguments& arguments,
                      const std::string& folder) {
  if (session.trials_set_aside() > 0 && !arguments.out.quiet) {
    std::cerr << "caloquant: an unfinished run with "
              << counted(session.trials_set_aside(), "trial") << " is now " << folder
              << "/unfinished.previous, until this one has ended; --resume would have gone on "
                 "with it\n";
  }
}

int exit_code_of(const QuantizeResult& result) {
  for (const auto& [name, reason] : result.not_written) {
    std::cerr << "caloquant: " << name << " is missing: " << reason << '\n';
  }
  if (result.tuning.reason == StopReason::interrupted) {
    std::cerr << "caloquant: interrupted; the best so far is written, and --resume goes on\n";
    return exit_code(ErrorKind::interrupted);
  }
  if (!result.not_written.empty()) {
    return exit_code(ErrorKind::backend);
  }
  return !result.tuning.target_met   ? exit_target_not_met
         : result.better_kept_fp32() ? exit_not_faster
                                     : exit_ok;
}

int quantize_command(const QuantizeArguments& arguments) {
  set_threads(arguments.threads);
  if (!arguments.resume.empty() && state_of(arguments.resume) == FolderState::ended) {
    const bool alone = arguments.config.empty();
    return tell_ended_run(arguments.resume,
                          alone ? std::nullopt : std::optional(config_of(arguments)),
                          arguments.out);
  }
  const RunConfig config = config_of(arguments);
  if (arguments.out.text()) {
    print_machine();
  }
  if (arguments.dry_run) {
    return dry_run_command(config, arguments);
  }
  watch_for_interrupt(signals_of(arguments));
  TerminalObserver observer(config, arguments.out);
  const std::string output = arguments.resume.empty() ? arguments.output : arguments.resume;
  const auto session = naming_output([&] {
    return std::make_unique<RunSession>(config, RunParts{}, session_options(arguments, observer));
  });
  const QuantizeResult& result = session->run();
  tell_former_runs(*session, arguments, output);
  if (!result.error.empty()) {
    if (result.tuning.reason == StopReason::interrupted) {
      throw InterruptedError("quantize");
    }
    throw BackendError("quantize", "no configuration could be evaluated: " + result.error);
  }
  if (arguments.out.json) {
    print_outcome_json(result, config, output);
  } else if (!arguments.out.quiet) {
    print_outcome(result, config, output, arguments.out.style());
  }
  return exit_code_of(result);
}

void add_quantize_outputs(Command& command, QuantizeArguments& arguments) {
  Option* output = command.add_option("-o,--output", arguments.output, "folder for the results");
  output->capture_default_str()->type_name(folder_value)->group(output_options);
  command
      .add_option("--resume", arguments.resume,
                  "folder of a run that was broken off: go on with it (CONFIG, if given, must be "
                  "its own; without such a run begin one)")
      ->type_name(folder_value)
      ->excludes(output)
      ->group(output_options);
  command
      .add_option("--format", arguments.formats, "what is written of the model (as /emit/formats)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->one_of({"h5", "onnx"})
      ->group(output_options);
  std::string profiles;
  for (const std::string& profile : enum_names<OnnxProfile>()) {
    profiles += (profiles.empty() ? "" : ",") + profile;
  }
  command.add_option("--onnx-profile", arguments.profile, "for whom (as /emit/onnx_profile)")
      ->type_name("{" + profiles + "}")
      ->group(output_options);
}

}  // namespace

void add_quantize(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"quantize",
       main_commands,
       "Quantize a model until its loss meets the target",
       "Reads the fp32 model and the data that a run config names, calibrates once, and lets the "
       "strategy of the config propose which layers go to which precision until the loss meets the "
       "target. Writes the quantized model, a log of every step, and a comparison with the fp32 "
       "model into a folder. Ctrl-C ends the search and keeps the best so far; --resume goes on "
       "with a run that was interrupted or killed.",
       {"caloquant quantize run.json --dry-run",
        "caloquant quantize run.json -o results --format h5,onnx",
        "caloquant quantize --resume results",
        "caloquant quantize run.json --set /tuning_criterion/strategy=auto --json > "
        "outcome.json"}});
  auto arguments = std::make_shared<QuantizeArguments>();
  add_config_options(*command, "CONFIG", arguments->config, arguments->overrides)->required(false);
  command->add_flag("--dry-run", arguments->dry_run,
                    "print the plan, the trials and estimates of time and memory; write nothing");
  command
      ->add_option("--random-weights", arguments->random_weights,
                   "seed of random weights instead of the config's")
      ->transform(seed_number())
      ->group(model_options);
  add_quantize_outputs(*command, *arguments);
  command
      ->add_option("--signal", arguments->signals,
                   "signals that end the search as Ctrl-C does, beside INT and TERM (as "
                   "HUP,USR1)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->group(execution_options);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return quantize_command(*arguments); }; });
}

}  // namespace caloquant::cli
