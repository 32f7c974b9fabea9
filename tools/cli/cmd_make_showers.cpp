#include <unistd.h>

#include <caloquant/error.hpp>
#include <iostream>

#include "calibration/showers/make_showers.hpp"
#include "quantizer/tune/progress.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct MakeShowersArguments {
  std::string detector;
  std::int64_t events = 0;
  std::uint64_t seed = 1;
  std::string energy;
  std::string theta;
  std::string output;
  int threads = 0;
};

int make_showers_command(const MakeShowersArguments& arguments) {
  set_threads(arguments.threads);
  const auto detector = detector_from(arguments.detector);
  if (!detector) {
    throw UsageError("--detector", "'" + arguments.detector + "' is unknown",
                     "clic51 and clic25 are known");
  }
  ShowerOptions options = default_shower_options(*detector);
  options.events = arguments.events;
  options.seed = arguments.seed;
  options.output = arguments.output;
  options.threads = arguments.threads;
  if (!arguments.energy.empty()) {
    parse_range("--energy", arguments.energy, options.energy_low, options.energy_high);
  }
  if (!arguments.theta.empty()) {
    parse_range("--theta", arguments.theta, options.theta_low_deg, options.theta_high_deg);
  }
  ProgressLine progress(std::cerr, is_terminal(STDERR_FILENO));
  progress.begin("showers", static_cast<std::size_t>(options.events));
  make_showers(options, [&](std::int64_t done, std::int64_t) {
    progress.update(static_cast<std::size_t>(done));
  });
  progress.clear();
  std::cout << options.events << " parametrised showers (" << name_of(options.detector)
            << ", not a Geant4 simulation) written to " << arguments.output << '\n';
  return exit_ok;
}

}  // namespace

void parse_range(const std::string& option, const std::string& text, double& low, double& high) {
  try {
    std::size_t used = 0;
    low = std::stod(text, &used);
    high = low;
    if (used < text.size() && text[used] == ':') {
      const std::string rest = text.substr(used + 1);
      high = std::stod(rest, &used);
      used = used == rest.size() ? text.size() : 0;
    }
    if (used == text.size()) {
      return;
    }
  } catch (const std::logic_error&) {
    // reported below
  }
  throw UsageError(option, "'" + text + "' is no range", "write LO:HI, for instance 100:200");
}

void add_make_showers(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "make-showers", "Write parametrised electron showers (test data, not a simulation)");
  auto arguments = std::make_shared<MakeShowersArguments>();
  command
      ->add_option("--detector", arguments->detector,
                   "clic51 (51x51x25, 50 x GeV) or clic25 (25x25x25, GeV)")
      ->required();
  command->add_option("--events", arguments->events, "number of events")->required();
  command->add_option("--seed", arguments->seed, "seed")->capture_default_str();
  command->add_option("--energy", arguments->energy,
                      "primary energy LO:HI in GeV (clic51 2:500, clic25 100:500)");
  command->add_option("--theta", arguments->theta,
                      "angle LO:HI in degrees (clic51 60:120, clic25 90:90)");
  command->add_option("-o,--output", arguments->output, "HDF5 file to write")->required();
  command->add_option("--threads", arguments->threads, "threads (0: all)")
      ->check(CLI::Range(0, 4096));
  command->callback(
      [arguments, &action] { action = [arguments] { return make_showers_command(*arguments); }; });
}

}  // namespace caloquant::cli
