#include <unistd.h>

#include <caloquant/error.hpp>
#include <cmath>
#include <iostream>

#include "calibration/data/latents.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/io/json.hpp"
#include "graph/ir/editor.hpp"
#include "quantizer/run/generate.hpp"
#include "quantizer/tune/progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/interrupt.hpp"

namespace caloquant::cli {
namespace {

struct GenerateArguments {
  ModelArguments model;
  std::optional<double> output_scale;
  std::optional<double> output_power;
  std::int64_t events = 0;
  std::uint64_t seed = 1;
  std::string energy;
  std::string theta;
  std::string recipe;
  std::string units = "gev";
  std::string output;
  std::int64_t batch = GenerateOptions{}.batch;
  int compression = 0;
  int threads = 0;
  bool json = false;
  bool quiet = false;
};

double positive(const char* option, std::optional<double> value) {
  if (value && !(*value > 0.0 && std::isfinite(*value))) {
    throw UsageError(option, std::to_string(*value) + " cannot be used",
                     "give a positive number, as in GeV = out^(1/power) / scale");
  }
  return value.value_or(1.0);
}

LoadedModel load_model(const GenerateArguments& arguments) {
  const OutputUnits units{positive("--output-scale", arguments.output_scale),
                          positive("--output-power", arguments.output_power)};
  LoadedModel model = arguments.model.load();
  if (!arguments.output_scale && !arguments.output_power) {
    return model;
  }
  if (model.quantized) {
    throw UsageError(arguments.output_scale ? "--output-scale" : "--output-power",
                     "'" + arguments.model.file + "' says itself how its output becomes energy",
                     "leave the option out");
  }
  GraphEditor editor(std::move(model.graph));
  editor.set_output_units(units);
  model.graph = editor.finish();
  return model;
}

InputRecipe recipe_of(const GenerateArguments& arguments, const Graph& graph) {
  if (arguments.recipe.empty()) {
    return default_recipe(graph);
  }
  const auto recipe = input_recipe_from(arguments.recipe);
  if (!recipe) {
    throw UsageError("--recipe", "'" + arguments.recipe + "' is unknown",
                     "energy_angle_noise and energy_times_noise are known");
  }
  return *recipe;
}

LossUnits units_of(const std::string& name) {
  for (const LossUnits units : {LossUnits::gev, LossUnits::file, LossUnits::network}) {
    if (name == name_of(units)) {
      return units;
    }
  }
  throw UsageError("--units", "'" + name + "' is unknown", "gev, file and network are known");
}

GenerateOptions options_of(const GenerateArguments& arguments, const LoadedModel& model) {
  GenerateOptions options = default_generate_options(recipe_of(arguments, model.graph));
  options.events = arguments.events;
  options.seed = arguments.seed;
  if (!arguments.energy.empty()) {
    parse_range("--energy", arguments.energy, options.energy_low, options.energy_high);
  }
  if (!arguments.theta.empty()) {
    parse_range("--theta", arguments.theta, options.theta_low_deg, options.theta_high_deg);
  }
  options.units = units_of(arguments.units);
  options.batch = arguments.batch;
  options.compression = arguments.compression;
  options.output = arguments.output;
  options.model_files = model.files;
  options.random_weights = arguments.model.random_weights;
  return options;
}

void print(const GenerateResult& result, const GenerateArguments& arguments,
           const GenerateOptions& options) {
  if (arguments.json) {
    const Json json{{"events", result.events},
                    {"seconds", result.seconds},
                    {"showers_per_second", result.showers_per_second()},
                    {"waited_seconds", result.waited_seconds},
                    {"compile_seconds", result.compile_seconds},
                    {"seed", options.seed},
                    {"recipe", std::string(name_of(options.recipe))},
                    {"units", std::string(name_of(options.units))},
                    {"output", arguments.output}};
    std::cout << json.dump(2) << '\n';
    return;
  }
  std::cout << "events     " << result.events << "\nseconds    " << result.seconds << " (of them "
            << result.waited_seconds << " waiting for the file)\nshowers/s  "
            << result.showers_per_second() << "\nwritten    " << arguments.output << " (recipe "
            << name_of(options.recipe) << ", cells in "
            << (options.units == LossUnits::gev ? "GeV" : name_of(options.units)) << ")\n";
}

int generate_command(const GenerateArguments& arguments) {
  set_threads(arguments.threads);
  const LoadedModel model = load_model(arguments);
  GenerateOptions options = options_of(arguments, model);
  auto kernels = machine_kernels();
  options.engine = engine_with(kernels ? &*kernels : nullptr);
  watch_for_interrupt();
  ProgressLine progress(std::cerr, !arguments.quiet && is_terminal(STDERR_FILENO));
  progress.begin("generate", static_cast<std::size_t>(options.events));
  const GenerateResult result = generate(model.graph, options, [&](std::int64_t done) {
    if (cli::interrupted()) {
      throw InterruptedError("generate");
    }
    progress.update(static_cast<std::size_t>(done));
  });
  progress.clear();
  if (kernels) {
    kernels->save();
  }
  if (!arguments.quiet) {
    print(result, arguments, options);
  }
  return exit_ok;
}

void add_outputs(CLI::App& command, GenerateArguments& arguments) {
  command.add_option("-o,--output", arguments.output, "HDF5 file to write")->required();
  command
      .add_option("--units", arguments.units,
                  "of the cells: gev, file (scale * GeV) or network (as put out)")
      ->capture_default_str();
  command.add_option("--output-scale", arguments.output_scale,
                     "of a Keras model, GeV = out^(1/power) / scale (1)");
  command.add_option("--output-power", arguments.output_power, "of a Keras model (1)");
  command.add_option("--compression", arguments.compression, "gzip level 0..9 of the file")
      ->capture_default_str();
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("generate", "Write showers of a model, with their energies and angles");
  auto arguments = std::make_shared<GenerateArguments>();
  arguments->model.add_to(*command);
  command->add_option("--events", arguments->events, "number of events")->required();
  command->add_option("--energy", arguments->energy,
                      "primary energy LO:HI in GeV (energy_angle_noise 2:500, else 100:500)");
  command->add_option("--theta", arguments->theta,
                      "angle LO:HI in degrees (energy_angle_noise 60:120, else 90:90)");
  command->add_option("--seed", arguments->seed, "seed of labels and noise")->capture_default_str();
  command->add_option("--recipe", arguments->recipe,
                      "energy_angle_noise (for images of 51x51x25) or energy_times_noise (else)");
  add_outputs(*command, *arguments);
  command->add_option("--batch", arguments->batch, "events per call")->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads (0: all)")
      ->check(CLI::Range(0, 4096));
  CLI::Option* json = command->add_flag("--json", arguments->json, "print JSON");
  command->add_flag("--quiet", arguments->quiet, "print errors only")->excludes(json);
  command->callback(
      [arguments, &action] { action = [arguments] { return generate_command(*arguments); }; });
}

}  // namespace caloquant::cli
