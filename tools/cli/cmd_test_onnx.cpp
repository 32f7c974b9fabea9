#include <caloquant/error.hpp>
#include <iostream>

#include "graph/io/onnx/test_folder.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct Arguments {
  std::vector<std::string> folders;
  onnx::Tolerance tolerance;
};

int test_onnx_command(const Arguments& arguments) {
  std::size_t passed = 0;
  std::size_t count = 0;
  for (const std::string& argument : arguments.folders) {
    const std::vector<std::filesystem::path> folders = onnx::test_folders(argument);
    if (folders.empty()) {
      throw DataError(argument, "holds no model.onnx, and no folder below it does",
                      "give a folder with model.onnx and test_data_set_0");
    }
    for (const std::filesystem::path& folder : folders) {
      const onnx::FolderResult result = onnx::run_test_folder(folder, arguments.tolerance);
      std::cout << (result.passed ? "pass  " : "FAIL  ") << folder.string() << ": "
                << result.message << '\n';
      passed += result.passed ? 1 : 0;
      ++count;
    }
  }
  std::cerr << passed << " of " << count << " passed\n";
  return passed == count ? exit_ok : exit_code(ErrorKind::model);
}

}  // namespace

void add_test_onnx(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "test-onnx", "Run ONNX test folders (model.onnx, test_data_set_N) and compare");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR", arguments->folders, "test folders, or folders of such")->required();
  command->add_option("--relative", arguments->tolerance.relative, "tolerance of floats, relative")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--absolute", arguments->tolerance.absolute, "tolerance of floats, absolute")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  command->callback(
      [arguments, &action] { action = [arguments] { return test_onnx_command(*arguments); }; });
}

}  // namespace caloquant::cli
