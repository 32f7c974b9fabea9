#include <iostream>

#include "graph/io/onnx/onnx_writer.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct ConvertArguments {
  ModelArguments model;
  std::string output;
};

int convert_command(const ConvertArguments& arguments) {
  const Graph graph = arguments.model.read();
  write_onnx(graph, arguments.output);
  std::cout << graph.nodes().size() << " layers written to " << arguments.output << '\n';
  return exit_ok;
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("convert", "Write an fp32 model as ONNX");
  auto arguments = std::make_shared<ConvertArguments>();
  arguments->model.add_source_to(*command);
  command->add_option("-o,--output", arguments->output, "ONNX file to write")->required();
  command->callback(
      [arguments, &action] { action = [arguments] { return convert_command(*arguments); }; });
}

}  // namespace caloquant::cli
