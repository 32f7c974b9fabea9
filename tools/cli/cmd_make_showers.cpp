#include <iostream>

#include "calibration/showers/make_showers.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/enums.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

struct MakeShowersArguments {
  std::string detector;
  std::string constants = "published";
  std::int64_t events = 0;
  std::uint64_t seed = 1;
  std::string energy;
  std::string theta;
  std::string output;
  int threads = 0;
  OutputArguments out;
};

void print_made(const ShowerOptions& options) {
  std::cout << options.events << " parametrised showers (" << name_of(options.detector)
            << ", not a Geant4 simulation) written to " << options.output.string() << '\n';
}

int make_showers_command(const MakeShowersArguments& arguments) {
  set_threads(arguments.threads);
  ShowerOptions options = default_shower_options(enum_from<Detector>(arguments.detector).value());
  options.tuning = enum_from<ShowerTuning>(arguments.constants).value();
  options.events = arguments.events;
  options.seed = arguments.seed;
  options.output = arguments.output;
  options.threads = arguments.threads;
  if (!arguments.energy.empty()) {
    parse_energies(arguments.energy, options.energy_low, options.energy_high, options.energies);
  }
  if (!arguments.theta.empty()) {
    parse_range("--theta", arguments.theta, options.theta_low_deg, options.theta_high_deg);
  }
  CommandProgress progress(arguments.out);
  progress.begin("showers", options.events);
  make_showers(options, [&](std::int64_t done, std::int64_t) { progress.update(done); });
  progress.clear();
  if (arguments.out.json) {
    const Json json{{"events", options.events},
                    {"detector", std::string(name_of(options.detector))},
                    {"constants", std::string(name_of(options.tuning))},
                    {"seed", options.seed},
                    {"output", arguments.output}};
    std::cout << terminal_json(json) << '\n';
  } else if (!arguments.out.quiet) {
    print_made(options);
  }
  return exit_ok;
}

}  // namespace

void add_make_showers(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"make-showers",
       data_commands,
       "Write parametrised electron showers (test data, not a simulation)",
       "Makes physics-shaped test data in the layouts of CERN's files, for trying everything "
       "without a simulation: longitudinal and radial profiles of electrons with their "
       "fluctuations. They are NOT Geant4 showers, and the file says so. Event i depends on the "
       "seed and i only.",
       {"caloquant make-showers --detector clic51 --events 1000 --seed 1 -o showers51_1.h5",
        "caloquant make-showers --detector clic25 --events 500 --energy 100,200,300,400,500 -o "
        "showers25_1.h5"}});
  auto arguments = std::make_shared<MakeShowersArguments>();
  add_choice(*command, "--detector", arguments->detector, {"clic51", "clic25"},
             "51x51x25 cells in 50 x GeV, or 25x25x25 in GeV")
      ->required()
      ->group(primary_options);
  add_choice(*command, "--constants", arguments->constants, {"published", "geant4"},
             "of the parametrisation: as published, or corrected to full simulation")
      ->capture_default_str()
      ->group(primary_options);
  command->add_option("--events", arguments->events, "number of events")
      ->transform(integer_in(1, most_events))
      ->required()
      ->group(primary_options);
  command->add_option("--seed", arguments->seed, "seed")
      ->transform(seed_number())
      ->capture_default_str()
      ->group(primary_options);
  command
      ->add_option("--energy", arguments->energy,
                   "primary energy in GeV: a range, or values in turn as 100,200,300 (clic51 "
                   "2:500, clic25 100:500)")
      ->transform(energy_text())
      ->type_name(range_value)
      ->group(primary_options);
  command->add_option("--theta", arguments->theta, "angle in degrees (clic51 60:120, clic25 90:90)")
      ->transform(range_text("--theta"))
      ->type_name(range_value)
      ->group(primary_options);
  command->add_option("-o,--output", arguments->output, "HDF5 file to write")
      ->type_name(file_value)
      ->group(output_options)
      ->required();
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return make_showers_command(*arguments); }; });
}

}  // namespace caloquant::cli
