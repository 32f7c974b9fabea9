#include <caloquant/error.hpp>
#include <filesystem>
#include <iostream>

#include "graph/io/files/output_guard.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/enums.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/output/emit/native_model.hpp"
#include "quantizer/output/emit/verified_write.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct ConvertArguments {
  ModelArguments model;
  std::string output;
  std::string profile = "onnxruntime";
  OutputArguments out;
};

void print_converted(const Graph& graph, const std::vector<OnnxNote>& notes,
                     const ConvertArguments& arguments) {
  if (arguments.out.json) {
    Json json{{"layers", graph.nodes().size()},
              {"output", arguments.output},
              {"onnx_notes", Json::array()}};
    for (const OnnxNote& note : notes) {
      json["onnx_notes"].push_back({{"layer", note.layer}, {"note", note.text}});
    }
    std::cout << terminal_json(json) << '\n';
    return;
  }
  for (const OnnxNote& note : notes) {
    std::cerr << "caloquant: layer '" << terminal_text(note.layer)
              << "': " << terminal_text(note.text) << '\n';
  }
  std::cout << counted(graph.nodes().size(), "layer") << " written to "
            << terminal_text(arguments.output) << '\n';
}

int convert_command(const ConvertArguments& arguments) {
  const std::filesystem::path output = arguments.output;
  const std::string format = output.extension().string();
  if (format != ".onnx" && format != ".h5") {
    throw UsageError("--output", "'" + arguments.output + "' names no known format",
                     "end it in .onnx or .h5 (caloquant's own)");
  }
  refuse_overwriting("--output", output, model_files(arguments.model.config()));
  const Graph graph = arguments.model.read(arguments.out.quiet);
  std::vector<OnnxNote> notes;
  if (format == ".h5") {
    write_converted_model(graph, output);
  } else {
    notes = write_verified_onnx(graph, output, enum_from<OnnxProfile>(arguments.profile).value());
  }
  if (!arguments.out.quiet) {
    print_converted(graph, notes, arguments);
  }
  return exit_ok;
}

}  // namespace

void add_convert(Command& app, Action& action) {
  Command* command = add_command(
      app, {"convert",
            model_commands,
            "Write a model, fp32 or quantized, in another format",
            "Reads a network in any format that is known and writes it as ONNX or in caloquant's "
            "own HDF5 format. Quantized layers become QuantizeLinear and DequantizeLinear pairs, "
            "laid out for the runtime that --profile names.",
            {"caloquant convert results/quantized.h5 -o quantized.onnx --profile openvino",
             "caloquant convert --architecture model.json --weights weights.h5 -o model.onnx"}});
  auto arguments = std::make_shared<ConvertArguments>();
  arguments->model.add_source_to(*command);
  command
      ->add_option("-o,--output", arguments->output,
                   "file to write: .onnx, or .h5 for caloquant's own format")
      ->type_name(file_value)
      ->group(output_options)
      ->required();
  add_choice(*command, "--profile", arguments->profile, enum_names<OnnxProfile>(),
             "for whom quantized layers are written")
      ->capture_default_str()
      ->group(output_options);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return convert_command(*arguments); }; });
}

}  // namespace caloquant::cli
