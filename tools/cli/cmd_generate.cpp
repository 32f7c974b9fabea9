#include <caloquant/error.hpp>
#include <cmath>
#include <iostream>

#include "calibration/data/latents.hpp"
#include "graph/exec/kernel_choices.hpp"
#include "graph/io/files/output_guard.hpp"
#include "graph/ir/editor.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/enums.hpp"
#include "quantizer/showers/generate.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

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
  EncodingArgument encoding;
  std::string units = "gev";
  std::string output;
  std::int64_t batch = GenerateOptions{}.batch;
  int compression = 0;
  int threads = 0;
  OutputArguments out;
};

LoadedModel load_model(const GenerateArguments& arguments) {
  const EnergyUnits units{arguments.output_scale.value_or(1.0),
                          arguments.output_power.value_or(1.0)};
  LoadedModel model = arguments.model.load(arguments.out.quiet);
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

GenerateOptions generate_options_of(const GenerateArguments& arguments, const LoadedModel& model) {
  GenerateOptions options =
      default_generate_options(arguments.encoding.of(model.graph, arguments.out.quiet));
  options.events = arguments.events;
  options.seed = arguments.seed;
  if (!arguments.energy.empty()) {
    parse_range("--energy", arguments.energy, options.energy_low, options.energy_high);
  }
  if (!arguments.theta.empty()) {
    parse_range("--theta", arguments.theta, options.theta_low_deg, options.theta_high_deg);
  }
  options.units = enum_from<LossUnits>(arguments.units).value();
  options.batch = arguments.batch;
  options.compression = arguments.compression;
  options.output = arguments.output;
  options.model_files = model.files;
  options.random_weights = arguments.model.random_weights;
  return options;
}

void print(const GenerateResult& result, const GenerateArguments& arguments,
           const GenerateOptions& options, const std::vector<std::string>& warnings) {
  if (arguments.out.json) {
    const Json json{
        {"events", result.events},
        {"seconds", result.seconds},
        {"showers_per_second", result.showers_per_second()},
        {"waited_seconds", result.waited_seconds},
        {"compile_seconds", result.compile_seconds},
        {"seed", options.seed},
        {"encoding", std::string(name_of(options.encoding))},
        {"recipe", std::string(name_of(options.encoding))},  // its name in earlier versions
        {"units", std::string(name_of(options.units))},
        {"output", arguments.output},
        {"warnings", warnings}};
    std::cout << terminal_json(json) << '\n';
    return;
  }
  std::cout << "events     " << result.events << "\nseconds    " << result.seconds << " (of them "
            << result.waited_seconds << " waiting for the file)\nshowers/s  "
            << result.showers_per_second() << "\nwritten    " << arguments.output << " (encoding "
            << name_of(options.encoding) << ", cells in "
            << (options.units == LossUnits::gev ? "GeV" : name_of(options.units)) << ")\n";
}

int generate_command(const GenerateArguments& arguments) {
  set_threads(arguments.threads);
  const LoadedModel model = load_model(arguments);
  refuse_overwriting("--output", arguments.output, model_files(arguments.model.config()));
  GenerateOptions options = generate_options_of(arguments, model);
  const auto warnings = beyond_training(primaries_of(options), options.encoding);
  print_warnings(warnings, arguments.out);
  auto kernels = machine_kernels();
  options.engine = engine_with(kernels ? &*kernels : nullptr);
  CommandProgress progress(arguments.out);
  progress.begin("generate", options.events);
  const GenerateResult result =
      generate(model.graph, options, [&](std::int64_t done) { progress.update(done); });
  progress.clear();
  if (kernels) {
    kernels->save();
  }
  if (!arguments.out.quiet) {
    print(result, arguments, options, warnings);
  }
  return exit_ok;
}

void add_outputs(Command& command, GenerateArguments& arguments) {
  command.add_option("-o,--output", arguments.output, "HDF5 file to write")
      ->type_name(file_value)
      ->group(output_options)
      ->required();
  add_choice(command, "--units", arguments.units, enum_names<LossUnits>(),
             "of the cells: GeV, scale * GeV, or as the network puts them out")
      ->capture_default_str()
      ->group(output_options);
  command
      .add_option("--output-scale", arguments.output_scale,
                  "of a model that does not tell, GeV = out^(1/power) / scale (1)")
      ->transform(unit_number())
      ->group(model_options);
  command.add_option("--output-power", arguments.output_power, "of a model that does not tell (1)")
      ->transform(unit_number())
      ->group(model_options);
  command.add_option("--compression", arguments.compression, "gzip level 0..9 of the file")
      ->transform(integer_in(0, 9))
      ->capture_default_str()
      ->group(output_options);
}

}  // namespace

void add_generate(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"generate",
       data_commands,
       "Write showers of a model, with their energies and angles",
       "Draws primary energies and angles flat within their ranges, runs the generator and writes "
       "showers in the layout of CERN's files, block by block while it computes. Event i depends "
       "on the seed and i only; an interrupted run leaves no file. With --units file and a scale "
       "of "
       "50 a run reads the file as data.layout variable_angle.",
       {"caloquant generate results/quantized.h5 --events 10000 --energy 100:500 -o showers.h5",
        "caloquant generate --architecture anglegan.json --weights w.h5 --output-scale 50 "
        "--output-power 0.85 --events 1000 -o showers.h5"}});
  auto arguments = std::make_shared<GenerateArguments>();
  arguments->model.add_to(*command);
  command->add_option("--events", arguments->events, "number of events")
      ->transform(integer_in(1, most_events))
      ->required()
      ->group(primary_options);
  command
      ->add_option("--energy", arguments->energy,
                   "primary energy in GeV (energy_angle_noise 2:500, else 100:500)")
      ->transform(range_text("--energy"))
      ->type_name(range_value)
      ->group(primary_options);
  command
      ->add_option("--theta", arguments->theta,
                   "angle in degrees (energy_angle_noise 60:120, else 90:90)")
      ->transform(range_text("--theta"))
      ->type_name(range_value)
      ->group(primary_options);
  command->add_option("--seed", arguments->seed, "seed of labels and noise")
      ->transform(seed_number())
      ->capture_default_str()
      ->group(primary_options);
  arguments->encoding.add_to(*command);
  add_outputs(*command, *arguments);
  add_batch(*command, arguments->batch);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return generate_command(*arguments); }; });
}

}  // namespace caloquant::cli
