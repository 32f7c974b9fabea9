// Parses, dispatches, maps errors to exit codes. Nothing else.

#include <caloquant/error.hpp>
#include <iostream>
#include <new>

#include "tools/cli/commands.hpp"

namespace {

int parse_and_run(int argc, char** argv) {
  using namespace caloquant;
  CLI::App app{
      "caloquant quantizes calorimeter shower generators from FP32 to INT8 and keeps the physics.",
      "caloquant"};
  app.set_version_flag("--version", "caloquant " CALOQUANT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done (quantize: target met), 2 usage, 3 config, 4 model, 5 data, 6 backend,\n"
      "7 target not met (the best model found is written), 130 interrupted.");
  cli::Action action;
  cli::add_quantize(app, action);
  cli::add_evaluate(app, action);
  cli::add_compare(app, action);
  cli::add_convert(app, action);
  cli::add_run(app, action);
  cli::add_generate(app, action);
  cli::add_inspect(app, action);
  cli::add_benchmark(app, action);
  cli::add_make_showers(app, action);
  cli::add_operators(app, action);
  cli::add_report(app, action);
  cli::add_schema(app, action);
  cli::add_test_onnx(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? cli::exit_ok : exit_code(ErrorKind::usage);
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace caloquant;
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    std::cerr << "caloquant: " << error.what() << '\n';
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    std::cerr << "caloquant: not enough memory; lower execution.batch or use a smaller model\n";
    return exit_code(ErrorKind::backend);
  } catch (const std::exception& error) {
    std::cerr << "caloquant: " << error.what() << '\n';
    return exit_code(ErrorKind::backend);
  }
}
