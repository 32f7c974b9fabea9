#include <caloquant/error.hpp>
#include <iostream>

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/verify/verification_text.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct VerifyArguments {
  ModelArguments model;
  ExpectedFiles expected;
  int threads = 0;
  OutputArguments out;
};

int verify_command(const VerifyArguments& arguments) {
  set_threads(arguments.threads);
  const Model model(
      std::make_shared<LoadedModel>(arguments.model.load_with_import(arguments.out.quiet)));
  const Verification verification = verify(model, arguments.expected);
  if (arguments.out.json) {
    std::cout << terminal_json(to_json(verification)) << '\n';
  } else if (!arguments.out.quiet) {
    std::cout << verification_table(verification);
  }
  require_agreement(verification);
  if (arguments.out.text()) {
    std::cout << "verify: " << terminal_text(verdict_line(verification)) << '\n';
  }
  return exit_ok;
}

}  // namespace

void add_verify(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"verify",
       model_commands,
       "Compare a model with what its framework computes",
       "Computes an fp32 model for rows that its framework (Keras, TensorFlow, PyTorch) has "
       "computed, too, and compares outputs and, where the file has them, layers. More than f32 "
       "rounding explains is an error that names the first layer that differs. A loss compares "
       "int8 with fp32 as it was imported, so it cannot see a wrong import; this can. The file is "
       "HDF5 with inputs, outputs and layers/NAME (three lines of Python write it, see "
       "quantizer/verify/README.md); as model.expected of a config it is asked for by every run.",
       {"caloquant verify generator.h5 --inputs expected.h5",
        "caloquant verify classifier.onnx --inputs images.npy --outputs scores.npy"}});
  auto arguments = std::make_shared<VerifyArguments>();
  arguments->model.add_to(*command);
  command
      ->add_option("--inputs", arguments->expected.inputs,
                   "HDF5 file (or FILE:dataset), .npy file, or folder with input_0.pb")
      ->type_name(file_value)
      ->group(model_options)
      ->required();
  command
      ->add_option("--outputs", arguments->expected.outputs,
                   "likewise, with what the framework computes; without it the same file")
      ->type_name(file_value)
      ->group(model_options);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return verify_command(*arguments); }; });
}

}  // namespace caloquant::cli
