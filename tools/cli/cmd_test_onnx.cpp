#include <caloquant/error.hpp>
#include <iostream>

#include "graph/io/onnx/test_folder.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/terminal_text.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/number_arguments.hpp"

namespace caloquant::cli {
namespace {

struct TestOnnxArguments {
  std::vector<std::string> folders;
  onnx::Tolerance tolerance;
  OutputArguments out;
};

int test_onnx_command(const TestOnnxArguments& arguments) {
  const TextStyle style = arguments.out.style();
  std::size_t passed = 0;
  Json results = Json::array();
  for (const std::string& argument : arguments.folders) {
    const std::vector<std::filesystem::path> folders = onnx::test_folders(argument);
    if (folders.empty()) {
      throw DataError(argument, "holds no model.onnx, and no folder below it does",
                      "give a folder with model.onnx and test_data_set_0");
    }
    for (const std::filesystem::path& folder : folders) {
      const onnx::FolderResult result = onnx::run_test_folder(folder, arguments.tolerance);
      if (arguments.out.text()) {
        std::cout << (result.passed ? style.good("pass") : style.bad("FAIL")) << "  "
                  << terminal_text(folder.string() + ": " + result.message) << '\n';
      }
      results.push_back(
          {{"folder", folder.string()}, {"passed", result.passed}, {"message", result.message}});
      passed += result.passed ? 1 : 0;
    }
  }
  if (arguments.out.json) {
    const Json json{{"passed", passed}, {"count", results.size()}, {"folders", results}};
    std::cout << terminal_json(json) << '\n';
  } else if (!arguments.out.quiet) {
    std::cerr << passed << " of " << results.size() << " passed\n";
  }
  return passed == results.size() ? exit_ok : exit_code(ErrorKind::model);
}

}  // namespace

void add_test_onnx(Command& app, Action& action) {
  Command* command = add_command(
      app, {"test-onnx",
            check_commands,
            "Run ONNX test folders and compare",
            "Runs every folder with model.onnx and test_data_set_N (input_0.pb, output_0.pb), as "
            "the ONNX project ships them, and compares the outputs: a line each, exit code 4 when "
            "one fails.",
            {"caloquant test-onnx node/test_conv_with_strides_padding",
             "caloquant test-onnx node --relative 1e-3"}});
  auto arguments = std::make_shared<TestOnnxArguments>();
  command->add_option("DIR", arguments->folders, "test folders, or folders of such")
      ->type_name(folder_value)
      ->required();
  command->add_option("--relative", arguments->tolerance.relative, "tolerance of floats, relative")
      ->transform(number_in({0.0, 1.0}))
      ->capture_default_str();
  command->add_option("--absolute", arguments->tolerance.absolute, "tolerance of floats, absolute")
      ->transform(number_in({0.0, 1e9}))
      ->capture_default_str();
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return test_onnx_command(*arguments); }; });
}

}  // namespace caloquant::cli
