#include <caloquant/error.hpp>
#include <cmath>
#include <iostream>

#include "calibration/data/latents.hpp"
#include "graph/io/files/output_guard.hpp"
#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "quantizer/output/tables/compare_json.hpp"
#include "quantizer/output/tables/compare_table.hpp"
#include "quantizer/showers/compare.hpp"
#include "quantizer/showers/generate.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

/// How a network's numbers stand for energies; both have a default where they are left out.
struct UnitArguments {
  std::optional<double> scale;
  std::optional<double> power;

  [[nodiscard]] std::optional<EnergyUnits> get(const std::string& options) const {
    if (!scale && !power) {
      return std::nullopt;
    }
    const EnergyUnits units{scale.value_or(1.0), power.value_or(1.0)};
    if (!(units.scale > 0.0 && std::isfinite(units.scale) && units.power > 0.0 &&
          std::isfinite(units.power))) {
      throw UsageError(options, "is not positive and finite",
                       "give a positive number, as in GeV = out^(1/power) / scale");
    }
    return units;
  }
};

struct CompareArguments {
  std::string a;
  std::string b;
  std::string discriminator;
  std::optional<std::int64_t> events;
  std::string energy;
  std::string theta;
  EncodingArgument encoding;
  UnitArguments output;
  UnitArguments discriminator_units;
  CompareOptions options;
  std::string file;
  int threads = 0;
  bool follow_links = false;
  MissingEnergiesArguments missing_energies;
  OutputArguments out;
};

/// `model`: a side that is a network, or null.
CompareOptions compare_options_of(const CompareArguments& arguments, const Graph* model) {
  CompareOptions options = arguments.options;
  if (arguments.events && *arguments.events < 2) {
    throw UsageError("--events", std::to_string(*arguments.events) + " is too few",
                     "compare at least two events");
  }
  options.events = arguments.events.value_or(0);
  if (model != nullptr) {
    options.encoding = arguments.encoding.of(*model, arguments.out.quiet);
    const GenerateOptions defaults = default_generate_options(options.encoding);
    options.primaries.energy_low = defaults.energy_low;
    options.primaries.energy_high = defaults.energy_high;
    options.primaries.theta_low_deg = defaults.theta_low_deg;
    options.primaries.theta_high_deg = defaults.theta_high_deg;
    const EnergyUnits& units = model->output_units();
    options.discriminator_units = {units.scale, units.power};
  }
  if (!arguments.energy.empty()) {
    Primaries& primaries = options.primaries;
    parse_energies(arguments.energy, primaries.energy_low, primaries.energy_high,
                   primaries.energies);
  }
  if (!arguments.theta.empty()) {
    parse_range("--theta", arguments.theta, options.primaries.theta_low_deg,
                options.primaries.theta_high_deg);
  }
  const auto units =
      arguments.discriminator_units.get("--discriminator-scale, --discriminator-power");
  if (units) {
    options.discriminator_units = {units->scale, units->power};
  }
  return options;
}

/// Labels of files are what they are.
void refuse_primaries_of_files(const CompareArguments& arguments, const ComparedSide& a,
                               const ComparedSide& b) {
  if (!a.is_model() || !b.is_model()) {
    for (const auto& [option, text] :
         {std::pair("--energy", arguments.energy), std::pair("--theta", arguments.theta)}) {
      if (!text.empty()) {
        throw UsageError(option, "the primaries are those of the shower files",
                         "leave it out, or compare two models");
      }
    }
  }
}

std::optional<ComparedSide> open_discriminator(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  ComparedSide discriminator = open_side(text, {});
  if (!discriminator.is_model()) {
    throw ModelError(text, "is a shower file", "give a discriminator model");
  }
  return discriminator;
}

CompareResult run(const CompareArguments& arguments, const CompareOptions& options,
                  const ComparedSide& a, const ComparedSide& b,
                  const std::optional<ComparedSide>& discriminator) {
  CommandProgress progress(arguments.out);
  bool begun = false;
  const auto report = [&](std::int64_t done, std::int64_t events) {
    if (!begun) {
      progress.begin("compare", events);
      begun = true;
    }
    progress.update(done);
  };
  CompareResult result =
      compare(a, b, discriminator ? &*discriminator->graph : nullptr, options, report);
  progress.clear();
  return result;
}

int compare_command(const CompareArguments& arguments) {
  set_threads(arguments.threads);
  ComparedSide a = open_side(arguments.a, {}, arguments.follow_links);
  ComparedSide b = open_side(arguments.b, {}, arguments.follow_links);
  a.energies_from_sum = b.energies_from_sum = arguments.missing_energies.get();
  refuse_primaries_of_files(arguments, a, b);
  const std::optional<ComparedSide> discriminator = open_discriminator(arguments.discriminator);
  std::vector<std::filesystem::path> read = a.files;
  read.insert(read.end(), b.files.begin(), b.files.end());
  if (discriminator) {
    read.insert(read.end(), discriminator->files.begin(), discriminator->files.end());
  }
  refuse_overwriting("--output", arguments.file, read);
  choose_units(a, b, arguments.output.get("--output-scale, --output-power"));
  const Graph* const model = a.is_model() ? &*a.graph : b.is_model() ? &*b.graph : nullptr;
  const CompareOptions options = compare_options_of(arguments, model);
  std::vector<std::string> warnings;
  if (a.is_model() && b.is_model()) {  // else the primaries are those of files
    warnings = beyond_training(options.primaries, options.encoding);
  }
  print_warnings(warnings, arguments.out);
  const CompareResult result = run(arguments, options, a, b, discriminator);
  if (!arguments.file.empty() || arguments.out.json) {
    Json json = to_json(result, a, b);
    json["warnings"] = warnings;
    const std::string text = terminal_json(json) + "\n";
    if (!arguments.file.empty()) {
      write_text_file(text, arguments.file);
    }
    if (arguments.out.json) {
      std::cout << text;
      return exit_ok;
    }
  }
  if (!arguments.out.quiet) {
    std::cout << compare_table(result, a, b);
  }
  return exit_ok;
}

void add_primaries_of_models(Command& command, CompareArguments& arguments) {
  command
      .add_option("--events", arguments.events,
                  "number of events (1000 between models, else all of the files)")
      ->transform(integer_in(0, most_events))
      ->group(primary_options);
  command
      .add_option("--energy", arguments.energy,
                  "of two models, in GeV: a range, or a list as 100,200,300 (as generate)")
      ->transform(energy_text())
      ->type_name(range_value)
      ->group(primary_options);
  command.add_option("--theta", arguments.theta, "of two models: angle in degrees (as generate)")
      ->transform(range_text("--theta"))
      ->type_name(range_value)
      ->group(primary_options);
  command
      .add_option("--seed", arguments.options.primaries.seed,
                  "of primaries, noise and the draws of FPD and KPD")
      ->transform(seed_number())
      ->capture_default_str()
      ->group(primary_options);
  arguments.encoding.add_to(command);
}

void add_units(Command& command, CompareArguments& arguments) {
  command
      .add_option("--output-scale", arguments.output.scale,
                  "of models that do not tell, GeV = out^(1/power) / scale (as a quantized A or B, "
                  "or 1)")
      ->transform(unit_number())
      ->group(model_options);
  command.add_option("--output-power", arguments.output.power, "of models that do not tell")
      ->transform(unit_number())
      ->group(model_options);
  command
      .add_option("--cell-threshold", arguments.options.cell_threshold,
                  "cells below become 0 on both sides [GeV]")
      ->transform(number_in(NumberRange::not_negative()))
      ->capture_default_str();
}

void add_discriminator(Command& command, CompareArguments& arguments) {
  constexpr const char* group = "Discriminator";
  Option* discriminator =
      command
          .add_option("--discriminator", arguments.discriminator,
                      "network that takes an image; its outputs are compared too")
          ->type_name(file_value)
          ->group(group);
  command
      .add_option("--discriminator-scale", arguments.discriminator_units.scale,
                  "it takes (scale * GeV)^power (as A or B puts out, or 1)")
      ->transform(unit_number())
      ->needs(discriminator)
      ->group(group);
  command
      .add_option("--discriminator-power", arguments.discriminator_units.power,
                  "see --discriminator-scale")
      ->transform(unit_number())
      ->needs(discriminator)
      ->group(group);
}

}  // namespace

void add_compare(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"compare",
       main_commands,
       "Physics of two models or shower files side by side; A is the reference",
       "Streams events through both sides at once and prints the energy response and resolution, "
       "shower shapes, correlations, cell energies and distances (W1, separation, FPD, KPD), each "
       "with its error. Two models get the same primaries and latents; a model beside a file gets "
       "the primaries of the file. What each row means and misses: metrics/PHYSICS.md.",
       {"caloquant compare model.json,weights.h5 results/quantized.h5 --events 2000 -o "
        "physics.json",
        "caloquant compare 'showers51_*.h5' results/quantized.h5",
        "caloquant compare geant4.h5 results/quantized.h5 --missing-energies from_sum"}});
  auto arguments = std::make_shared<CompareArguments>();
  const std::string forms =
      "a model file, ARCHITECTURE.json,WEIGHTS.h5, ARCHITECTURE.json,random:SEED, or a shower file "
      "(or a quoted pattern)";
  command->add_option("A", arguments->a, forms)->type_name(file_value)->required();
  command->add_option("B", arguments->b, "the same")->type_name(file_value)->required();
  add_primaries_of_models(*command, *arguments);
  add_units(*command, *arguments);
  add_discriminator(*command, *arguments);
  add_follow_links(*command, arguments->follow_links);
  arguments->missing_energies.add_to(*command);
  command->add_option("-o,--output", arguments->file, "JSON file to write")
      ->type_name(file_value)
      ->group(output_options);
  add_batch(*command, arguments->options.batch);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return compare_command(*arguments); }; });
}

}  // namespace caloquant::cli
