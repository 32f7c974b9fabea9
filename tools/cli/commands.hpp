#pragma once

#include <caloquant/config.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>
#include "tools/cli/command_line.hpp"

#include "calibration/data/sampling_fraction.hpp"
#include "graph/load_model/load_model.hpp"
#include "tools/cli/command_help.hpp"
#include "tools/cli/option_facts.hpp"
#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// Exit codes beyond those of exit_code(ErrorKind).
inline constexpr int exit_ok = 0;
inline constexpr int exit_target_not_met = 7;
inline constexpr int exit_not_faster = 8;

/// What a parsed command does; returns the exit code.
using Action = std::function<int()>;

// Each adds its subcommand to `app` and sets `action` when it is chosen.
void add_quantize(Command& app, Action& action);
void add_evaluate(Command& app, Action& action);
void add_check(Command& app, Action& action);
void add_compare(Command& app, Action& action);
void add_convert(Command& app, Action& action);
void add_run(Command& app, Action& action);
void add_generate(Command& app, Action& action);
void add_inspect(Command& app, Action& action);
void add_benchmark(Command& app, Action& action);
void add_make_showers(Command& app, Action& action);
void add_operators(Command& app, Action& action);
void add_report(Command& app, Action& action);
void add_schema(Command& app, Action& action);
void add_verify(Command& app, Action& action);
void add_test_onnx(Command& app, Action& action);
void add_init(Command& app, Action& action);
// These two print what the whole tree of commands says; they are added last.
void add_completion(Command& app, Action& action);
void add_man(Command& app, Action& action);

/// MODEL, or --architecture with --weights or --random-weights; --disable-pass for Keras and ONNX
/// models.
struct ModelArguments {
  std::string file;
  std::string architecture;
  std::string weights;
  std::optional<std::uint64_t> random_weights;
  GraphConfig graph;

  void add_to(Command& command);
  /// All but --disable-pass.
  void add_source_to(Command& command);
  /// Throws UsageError when it is not exactly one of the forms, or for a pass that cannot be
  /// switched off, ModelError for a bad model.
  /// Says on stderr, unless `quiet`, when an import was checked in part only.
  [[nodiscard]] LoadedModel load(bool quiet, CheckTime when = CheckTime::at_once) const;
  /// The same with LoadedModel::imported.
  [[nodiscard]] LoadedModel load_with_import(bool quiet, CheckTime when = CheckTime::at_once) const;
  /// The network as its file has it; otherwise as load().
  [[nodiscard]] Graph read(bool quiet) const;
  /// The form of model that was given. Throws UsageError when it is not exactly one.
  [[nodiscard]] ModelConfig config() const;
};

/// Says on stderr what was not checked of an import, if anything.
void print_import_note(const std::optional<onnx::ImportCheck>& check, bool quiet);

/// "LO:HI", or one number for both. Throws UsageError with `option` as its place.
void parse_range(const std::string& option, const std::string& text, double& low, double& high);

/// "LO:HI" into `low` and `high`, or energies separated by commas into `list`. Throws UsageError
/// with --energy as its place.
void parse_energies(const std::string& text, double& low, double& high, std::vector<double>& list);

/// Tells warnings on the error stream, unless quiet.
void print_warnings(const std::vector<std::string>& warnings, const OutputArguments& out);

/// What --energy and --theta are checked with: parse_range() and parse_energies().
[[nodiscard]] ArgumentRule range_text(const std::string& option);
[[nodiscard]] ArgumentRule energy_text();

/// What a later version will not take any more: a line each on stderr, unless `quiet`.
void print_deprecations(const std::vector<std::string>& deprecations, bool quiet);

/// load_run_config(), and its deprecations for the user to see.
[[nodiscard]] RunConfig load_config(const std::string& file,
                                    const std::vector<std::string>& overrides, bool quiet);

/// The run config, as a positional argument or an option, and --set.
/// The config itself may be made optional.
Option* add_config_options(Command& command, const char* name, std::string& config,
                           std::vector<std::string>& overrides);

/// --encoding of networks that make showers; --recipe, its name in earlier versions, is not shown.
struct EncodingArgument {
  std::string name;      ///< empty: as the network's images suggest
  std::string old_name;  ///< the same, by the old option

  void add_to(Command& command);
  /// Says on stderr, unless `quiet`, when the old name was used.
  [[nodiscard]] InputEncoding of(const Graph& graph, bool quiet) const;
};

/// --missing-energies and --sampling-fraction of commands that read shower files.
struct MissingEnergiesArguments {
  std::string treatment{name_of(MissingEnergies::refuse)};
  std::string sampling_fraction;  ///< "0.022" or "C0,C1,..."; empty: as published

  void add_to(Command& command);
  [[nodiscard]] bool estimate() const { return treatment == name_of(MissingEnergies::from_sum); }
  /// Of the fraction; empty: as published. Throws UsageError for a fraction that cannot be, or that
  /// is given without an estimate.
  [[nodiscard]] std::vector<double> coefficients() const;
  /// What energies are estimated with; empty: files without energies are refused. Throws as above.
  [[nodiscard]] std::optional<SamplingFraction> get() const;
};

// Heading of the options that say which primaries are drawn.
inline constexpr const char* primary_options = "Primaries";

/// Threads for everything that follows; 0 keeps what OMP_NUM_THREADS or the machine says.
void set_threads(int threads);

}  // namespace caloquant::cli
