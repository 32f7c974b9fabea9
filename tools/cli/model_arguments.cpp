#include <algorithm>
#include <caloquant/error.hpp>
#include <iostream>

#include "graph/load_model/load_model.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/terminal_text.hpp"
#include "ops/core/thread_count.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

void check_passes(const std::vector<std::string>& disabled) {
  const std::vector<std::string> known = optional_pass_names();
  for (const std::string& name : disabled) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string names;
      for (const std::string& candidate : known) {
        names += (names.empty() ? "" : ", ") + candidate;
      }
      throw UsageError("--disable-pass", "there is no pass '" + name + "' that can be switched off",
                       "use one of: " + names);
    }
  }
}

}  // namespace

void ModelArguments::add_source_to(Command& command) {
  command
      .add_option(
          "MODEL", file,
          "quantized.h5, a full Keras file or .keras archive, a SavedModel folder, a frozen "
          "GraphDef or an ONNX file; or leave it out and give --architecture")
      ->type_name(file_value);
  command.add_option("--architecture", architecture, "Keras architecture JSON (to_json)")
      ->type_name(file_value)
      ->group(model_options);
  command.add_option("--weights", weights, "Keras weights HDF5 (save_weights)")
      ->type_name(file_value)
      ->group(model_options);
  command
      .add_option("--random-weights", random_weights,
                  "seed of random weights for --architecture, instead of --weights")
      ->transform(seed_number())
      ->group(model_options);
}

void ModelArguments::add_to(Command& command) {
  add_source_to(command);
  command
      .add_option("--disable-pass", graph.disabled_passes,
                  "leave out an exact rewriting of a Keras or ONNX model, e.g. collapse_upsample "
                  "(repeatable)")
      ->type_name("{" + joined(optional_pass_names(), ",") + "}")
      ->allow_extra_args(false)
      ->group(model_options);
}

ModelConfig ModelArguments::config() const {
  const bool by_file = !file.empty();
  const bool by_parts = !architecture.empty();
  if (by_file == by_parts || (by_file && (!weights.empty() || random_weights)) ||
      (by_parts && weights.empty() == !random_weights.has_value())) {
    throw UsageError("MODEL", "exactly one form of model is needed",
                     "give MODEL, or --architecture with --weights or with --random-weights");
  }
  ModelConfig config;
  config.file = file;
  config.architecture = architecture;
  config.weights = weights;
  config.random_weights = random_weights;
  return config;
}

LoadedModel ModelArguments::load(bool quiet, CheckTime when) const {
  LoadedModel model = load_with_import(quiet, when);
  model.imported.reset();
  return model;
}

LoadedModel ModelArguments::load_with_import(bool quiet, CheckTime when) const {
  const ModelConfig source = config();
  check_passes(graph.disabled_passes);
  if (source.file.empty()) {
    return load_fp32_with_import(source, graph);
  }
  LoadedModel model = load_file_with_import(source.file, graph, when);
  if (model.quantized && !graph.disabled_passes.empty()) {
    throw UsageError("--disable-pass",
                     "'" + file + "' is quantized: its graph stays as it was written",
                     "set /graph/disabled_passes in the config of quantize");
  }
  print_import_note(model.import_check, quiet);
  return model;
}

Graph ModelArguments::read(bool quiet) const {
  std::optional<onnx::ImportCheck> check;
  Graph network = read_model(config(), &check);
  print_import_note(check, quiet);
  return network;
}

void print_import_note(const std::optional<onnx::ImportCheck>& check, bool quiet) {
  const std::string note = note_of(check);
  if (!note.empty() && !quiet) {
    std::cerr << "caloquant: " << terminal_text(note) << '\n';
  }
}

void print_deprecations(const std::vector<std::string>& deprecations, bool quiet) {
  for (const std::string& deprecation : quiet ? std::vector<std::string>{} : deprecations) {
    std::cerr << "caloquant: deprecated: " << terminal_text(deprecation) << '\n';
  }
}

RunConfig load_config(const std::string& file, const std::vector<std::string>& overrides,
                      bool quiet) {
  RunConfig config = load_run_config(file, overrides);
  print_deprecations(config.deprecations, quiet);
  return config;
}

Option* add_config_options(Command& command, const char* name, std::string& config,
                           std::vector<std::string>& overrides) {
  Option* option =
      command
          .add_option(name, config, "run config (JSON); caloquant init writes one to start from")
          ->type_name(file_value)
          ->required();
  command
      .add_option("--set", overrides,
                  "change a config value: /json/pointer=value (repeatable; see caloquant schema)")
      ->type_name("/P=V")
      ->allow_extra_args(false);
  return option;
}

void set_threads(int threads) {
  if (threads > 0) {
    set_team_size(threads);
  }
}

}  // namespace caloquant::cli
