#pragma once

#include <CLI/CLI.hpp>
#include <caloquant/config.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/run/load_model.hpp"

namespace caloquant::cli {

/// Exit codes beyond those of exit_code(ErrorKind).
inline constexpr int exit_ok = 0;
inline constexpr int exit_target_not_met = 7;

/// What a parsed command does; returns the exit code.
using Action = std::function<int()>;

// Each adds its subcommand to `app` and sets `action` when it is chosen.
void add_quantize(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_convert(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_generate(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_benchmark(CLI::App& app, Action& action);
void add_make_showers(CLI::App& app, Action& action);
void add_operators(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);
void add_test_onnx(CLI::App& app, Action& action);

/// MODEL, or --architecture with --weights or --random-weights; --disable-pass for Keras and ONNX
/// models.
struct ModelArguments {
  std::string file;
  std::string architecture;
  std::string weights;
  std::optional<std::uint64_t> random_weights;
  GraphConfig graph;

  void add_to(CLI::App& command);
  /// All but --disable-pass.
  void add_source_to(CLI::App& command);
  /// Throws UsageError when it is not exactly one of the forms, or for a pass that cannot be
  /// switched off, ModelError for a bad model.
  [[nodiscard]] LoadedModel load() const;
  /// The network as its file has it; throws as load() does.
  [[nodiscard]] Graph read() const;

 private:
  [[nodiscard]] ModelConfig config() const;
};

/// "LO:HI", or one number for both. Throws UsageError with `option` as its place.
void parse_range(const std::string& option, const std::string& text, double& low, double& high);

/// "LO:HI" into `low` and `high`, or energies separated by commas into `list`. Throws UsageError
/// with --energy as its place.
void parse_energies(const std::string& text, double& low, double& high, std::vector<double>& list);

/// Threads for everything that follows; 0 keeps what OMP_NUM_THREADS or the machine says.
void set_threads(int threads);

}  // namespace caloquant::cli
