#include <caloquant/error.hpp>
#include <filesystem>
#include <iostream>

#include "graph/io/onnx/onnx_writer.hpp"
#include "quantizer/config/enum_names.hpp"
#include "quantizer/emit/native_model.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct ConvertArguments {
  ModelArguments model;
  std::string output;
  std::string profile = "onnxruntime";
};

int convert_command(const ConvertArguments& arguments) {
  const std::filesystem::path output = arguments.output;
  const std::string format = output.extension().string();
  if (format != ".onnx" && format != ".h5") {
    throw UsageError("--output", "'" + arguments.output + "' names no known format",
                     "end it in .onnx or .h5 (caloquant's own)");
  }
  const Graph graph = arguments.model.read();
  if (format == ".h5") {
    write_converted_model(graph, output);
  } else {
    for (const OnnxNote& note :
         write_onnx(graph, output, enum_of<OnnxProfile>(arguments.profile))) {
      std::cerr << "caloquant: layer '" << note.layer << "': " << note.text << '\n';
    }
  }
  std::cout << graph.nodes().size() << " layers written to " << arguments.output << '\n';
  return exit_ok;
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("convert", "Write a model, fp32 or quantized, in another format");
  auto arguments = std::make_shared<ConvertArguments>();
  arguments->model.add_source_to(*command);
  command
      ->add_option("-o,--output", arguments->output,
                   "file to write: .onnx, or .h5 for caloquant's own format")
      ->required();
  std::vector<std::string> profiles;
  profiles.reserve(onnx_profiles.size());
  for (const OnnxProfile profile : onnx_profiles) {
    profiles.emplace_back(name_of(profile));
  }
  command->add_option("--profile", arguments->profile, "for whom quantized layers are written")
      ->check(CLI::IsMember(profiles))
      ->capture_default_str();
  command->callback(
      [arguments, &action] { action = [arguments] { return convert_command(*arguments); }; });
}

}  // namespace caloquant::cli
