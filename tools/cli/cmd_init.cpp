#include <caloquant/error.hpp>
#include <filesystem>
#include <iostream>

#include "calibration/data/file_list.hpp"
#include "graph/io/files/output_guard.hpp"
#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/input_file.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/start/starter_config.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct InitArguments {
  ModelArguments model;
  std::vector<std::string> data;
  std::string output = "run.json";
  bool force = false;
  bool follow_links = false;
  MissingEnergiesArguments missing_energies;
  OutputArguments out;
};

void print_started(const StarterConfig& starter, const InitArguments& arguments) {
  if (arguments.out.json) {
    const Json json{{"output", arguments.output},
                    {"encoding", starter.encoding},
                    {"recipe", starter.encoding},
                    {"notes", starter.notes},
                    {"has_data", !arguments.data.empty()}};
    std::cout << terminal_json(json) << '\n';
    return;
  }
  for (const std::string& note : starter.notes) {
    std::cout << terminal_text(note) << '\n';
  }
  std::cout << "written: " << terminal_text(arguments.output) << " (encoding " << starter.encoding
            << ")\n"
            << (arguments.data.empty() ? "name your data in it, then: " : "next: ")
            << "caloquant quantize " << terminal_text(arguments.output) << " --dry-run\n";
}

int init_command(const InitArguments& arguments) {
  if (!arguments.force && is_there(arguments.output)) {
    throw UsageError(arguments.output, "exists already",
                     "choose another -o, or overwrite it with --force");
  }
  std::vector<std::filesystem::path> read = model_files(arguments.model.config());
  if (!arguments.data.empty()) {
    const auto data = expand_files(arguments.data, std::filesystem::current_path(), true);
    read.insert(read.end(), data.begin(), data.end());
  }
  refuse_overwriting("--output", arguments.output, read);
  const StarterConfig starter = starter_config(
      {arguments.model.config(), arguments.data, arguments.follow_links,
       arguments.missing_energies.estimate() ? MissingEnergies::from_sum : MissingEnergies::refuse,
       arguments.missing_energies.coefficients(), arguments.output});
  write_text_file(starter.text, arguments.output);
  if (!arguments.out.quiet) {
    print_started(starter, arguments);
  }
  return exit_ok;
}

}  // namespace

void add_init(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"init",
       main_commands,
       "Write a run config to start from, for a model and its data",
       "Looks at the inputs and outputs of a model and at the data, and writes a commented config "
       "with a fitting input encoding, layout, sample counts, metric and target: showers for a "
       "generator with an image, else rows of arrays, matched to the network by name and shape. "
       "The config is checked against model and data before it is written.",
       {"caloquant init --architecture model.json --weights weights.h5 --data 'showers_*.h5'",
        "caloquant init classifier.onnx --data images.npy labels.npy -o classifier.json"}});
  auto arguments = std::make_shared<InitArguments>();
  arguments->model.add_source_to(*command);
  command
      ->add_option("--data", arguments->data,
                   "shower files, .npy or HDF5 files, ONNX test folders, or quoted patterns")
      ->type_name(file_value)
      ->group(model_options);
  add_follow_links(*command, arguments->follow_links);
  arguments->missing_energies.add_to(*command);
  command->add_option("-o,--output", arguments->output, "config to write")
      ->type_name(file_value)
      ->capture_default_str()
      ->group(output_options);
  command->add_flag("--force", arguments->force, "overwrite it when it exists")
      ->group(output_options);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return init_command(*arguments); }; });
}

}  // namespace caloquant::cli
