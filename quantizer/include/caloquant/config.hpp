#pragma once

#include <caloquant/data.hpp>
#include <caloquant/model_config.hpp>
#include <caloquant/onnx_profile.hpp>
#include <caloquant/range.hpp>
#include <caloquant/shower_loss.hpp>
#include <caloquant/strategy.hpp>
#include <caloquant/tensor_metric.hpp>
#include <caloquant/tuning.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// How the arrays of any network are called in the data files; the key "" is the only one. What is
/// not named is looked for under the network's own name.
struct TensorDataConfig {
  /// Dataset of the only input ("") or of each.
  std::map<std::string, std::string> inputs;
  std::map<std::string, std::string> targets;  ///< for metrics with the reference "dataset"
  std::vector<std::string> target_files;       ///< .npy files of their own; empty: the same files
  friend bool operator==(const TensorDataConfig&, const TensorDataConfig&) = default;
};

/// Where events come from, and how many of them.
struct DataConfig {
  std::vector<std::string> files;  ///< paths, each may be a glob
  /// With the input encoding "tensor": rows of the files are inputs, and nothing is known of
  /// showers (layout, cuts).
  std::optional<TensorDataConfig> tensors;
  /// Of shower files.
  DataLayout layout{};
  std::optional<double> cell_threshold;  ///< [file units]; empty: of the layout
  std::optional<double> minimum_sum;     ///< [file units]; empty: of the layout
  MissingEnergies missing_energies = MissingEnergies::refuse;  ///< in shower files without any
  /// Sum of the cells over the energy, coefficients of 1, E / 100 GeV, (E / 100 GeV)^2, ..., for
  /// MissingEnergies::from_sum; empty: as published (calibration/README.md).
  std::vector<double> sampling_fraction;
  /// The first events.
  std::size_t calibration_samples = 100;
  /// Those behind them.
  std::size_t evaluation_samples = 100;
  bool follow_links = false;  ///< HDF5 files may have parts in other files of their folder
  friend bool operator==(const DataConfig&, const DataConfig&) = default;
};

/// How an event becomes the input of a generator.
struct InputConfig {
  InputEncoding encoding{};  ///< without data.tensors
  /// Of the noise.
  std::uint64_t seed = 1978;
  friend bool operator==(const InputConfig&, const InputConfig&) = default;
};

/// How the integer type of an activation is chosen when a LayerChoice says `automatic`.
enum class ActivationRule {
  measured,       ///< u8 with a zero point or s8, by the calibrated range
  inc_u8_scaled,  ///< as Intel Neural Compressor: u8 without zero point behind ReLU, BatchNorm, Pad
  symmetric,      ///< always s8 with zero point 0, what TensorRT takes
};
[[nodiscard]] std::string_view name_of(ActivationRule rule) noexcept;

/// Is a correction of the weights applied?
enum class CorrectionMode {
  off,
  on,
  automatic,  ///< "auto": by the strategy auto where it lowers the loss, by no other strategy
};
[[nodiscard]] std::string_view name_of(CorrectionMode mode) noexcept;

/// What may be quantized, and how.
struct QuantizationConfig {
  /// "static", the only one.
  std::string approach = "static";
  /// For types that are not given.
  ActivationRule activation_rule = ActivationRule::measured;
  /// Parameters of the algorithms.
  RangeOptions ranges;
  /// The user's rules for layers.
  SpaceRules rules;
  CorrectionMode bias_correction = CorrectionMode::automatic;  ///< corrected_bias()
  CorrectionMode sequential_bias_correction =
      CorrectionMode::automatic;  ///< with_sequential_bias(), at the end
  CorrectionMode weight_reconstruction = CorrectionMode::automatic;  ///< reconstruct_rounding()
  CorrectionMode equalization = CorrectionMode::automatic;           ///< equalize_channels()
  CorrectionMode response_fit = CorrectionMode::automatic;           ///< ResponseFitter
  /// For response_fit; drawn, with energies and angles of the data. 0: twice the calibration
  /// events.
  std::size_t response_fit_events = 0;
  /// A Dense layer that is not counted, or that basic leaves at fp32, keeps 8-bit weights.
  bool dense_weights_int8 = true;
  friend bool operator==(const QuantizationConfig&, const QuantizationConfig&) = default;
};

/// What a model is measured with.
struct MetricConfig {
  /// "shower_shape", or a metric of any network.
  std::string name = "shower_shape";
  /// Of the shower loss.
  std::string preset = "tune";
  ShowerLossOptions loss;                     ///< the preset with the overrides of the config
  std::optional<TensorMetricOptions> tensor;  ///< every metric but shower_shape
  bool given = false;  ///< a Metric of the program, called `name`; no config file can say so
  friend bool operator==(const MetricConfig&, const MetricConfig&) = default;
};

enum class CriterionKind {
  relative,  ///< tolerable_loss times |baseline| from the baseline
  absolute,  ///< tolerable_loss from the baseline
  limit,     ///< tolerable_loss itself
};
[[nodiscard]] std::string_view name_of(CriterionKind kind) noexcept;

/// "reference=fp32_paired profile=sum ...", or "sqnr reference=fp32_paired".
[[nodiscard]] std::string describe(const MetricConfig& metric);

/// What a model of showers is judged by.
enum class Criteria {
  physics,    ///< the loss and PhysicsCriteria, with confidence
  loss_only,  ///< the loss as it was measured, as Intel Neural Compressor does
};
[[nodiscard]] std::string_view name_of(Criteria criteria) noexcept;

/// How far the showers of a model may be from those of the fp32 model on the same events and noise.
/// Each is a limit of a number without its sign; empty: not asked. Formulas: metrics/PHYSICS.md.
struct PhysicsCriteria {
  /// Mean total energy / that of the fp32 model - 1, in any bin of the primary energy.
  std::optional<double> energy_response = 0.005;
  /// The same of any slice in x, y and z, over the fewest slices that hold 95 % of the energy.
  std::optional<double> profile_error = 0.03;
  std::optional<double> hits = 0.03;   ///< mean number of cells above hit_threshold
  std::optional<double> resolution;    ///< spread of the total energy over its mean, in any bin
  std::optional<double> layer_ratios;  ///< change of the mean share of a third of the layers
  std::optional<double> w1_energy;     ///< Wasserstein distance of total energies over their mean
  std::optional<double> fpd;           ///< Frechet distance of the small feature set
  double hit_threshold = 3e-4;         ///< [GeV]
  friend bool operator==(const PhysicsCriteria&, const PhysicsCriteria&) = default;
};

/// The target.
struct AccuracyCriterion {
  /// Of the metric.
  bool higher_is_better = false;
  /// What tolerable_loss means.
  CriterionKind kind = CriterionKind::absolute;
  double tolerable_loss = 0.0;            ///< >= 0; below 1 when relative
  Criteria criteria = Criteria::physics;  ///< of networks that make no showers the loss alone
  PhysicsCriteria physics{};              ///< with Criteria::physics
  /// Of one-sided bounds: what passes is beyond its limit with no more than 1 - confidence.
  double confidence = 0.95;
  /// Most events that a model is shown before it stays undecided. Beyond those of the data,
  /// primaries and noise are drawn. At least the evaluation events of the data.
  std::size_t max_events = 4096;
  friend bool operator==(const AccuracyCriterion&, const AccuracyCriterion&) = default;
};

/// When a search ends.
struct TuningLimits {
  /// [s]; 0: a strategy that stops at the target does so at the first configuration that meets it
  double timeout = 0.0;
  /// Of one run.
  std::size_t max_trials = 100;
  friend bool operator==(const TuningLimits&, const TuningLimits&) = default;
};

/// How the search goes.
struct TuningCriterion {
  /// See strategy_names().
  std::string strategy = "basic";
  /// Which plan is the best.
  Objective objective = Objective::fastest;
  std::uint64_t seed = 1978;  ///< random
  bool more_bases = true;     ///< see StrategyOptions
  /// Trials that have missed the target beyond doubt see no further events.
  bool early_stop = false;
  std::filesystem::path layer_costs{};  ///< of an earlier run; empty: measured
  /// Of time and trials.
  TuningLimits limits;
  friend bool operator==(const TuningCriterion&, const TuningCriterion&) = default;
};

/// How networks are run.
struct ExecutionConfig {
  std::size_t batch = 8;  ///< events per call of the network; no result depends on it
  friend bool operator==(const ExecutionConfig&, const ExecutionConfig&) = default;
};

/// What is said of the final model.
struct ReportConfig {
  /// Showers with which the final model is compared with the fp32 one and with the data; at most
  /// the evaluation events. 0: not at all.
  std::size_t physics_events = 500;
  bool html = true;  ///< report.html, and report.json which it is drawn from
  friend bool operator==(const ReportConfig&, const ReportConfig&) = default;
};

/// What is written of the final model.
struct EmitConfig {
  bool h5 = true;     ///< quantized.h5
  bool onnx = false;  ///< quantized.onnx
  /// Of quantized.onnx.
  OnnxProfile onnx_profile = OnnxProfile::onnxruntime;
  friend bool operator==(const EmitConfig&, const EmitConfig&) = default;
};

/// Everything a run needs. Paths are resolved against the folder of the config file.
struct RunConfig {
  std::string source;  ///< the config file: the first part of places in errors
  /// The fp32 model.
  ModelConfig model;
  /// How it is rewritten.
  GraphConfig graph;
  /// Showers or arrays.
  DataConfig data;
  /// Of generators.
  InputConfig input;
  /// What may be quantized.
  QuantizationConfig quantization;
  /// What a model is measured with.
  MetricConfig metric;
  /// The target.
  AccuracyCriterion accuracy;
  /// The search.
  TuningCriterion tuning;
  /// Threads, batches.
  ExecutionConfig execution;
  /// Physics, report.html.
  ReportConfig report;
  /// Formats of the model.
  EmitConfig emit;
  /// Keys that the file calls as earlier versions did, a sentence each for the user.
  std::vector<std::string> deprecations;
  friend bool operator==(const RunConfig&, const RunConfig&) = default;
};

/// Reads a config file, JSON in which // and /* */ comments are allowed. Each override is
/// "/json/pointer=value", where the value is JSON or else a plain string; it replaces or adds a
/// value before the whole is checked. Throws ConfigError with file and JSON pointer; UsageError for
/// an override that cannot be applied.
[[nodiscard]] RunConfig load_run_config(const std::filesystem::path& file,
                                        const std::vector<std::string>& overrides = {});

/// The text of a config file as plain JSON, without its comments; nothing but the syntax is
/// checked. Throws ConfigError.
[[nodiscard]] std::string read_config_text(const std::filesystem::path& file);

/// A config from JSON text. `source` names it in errors, and relative paths are taken from its
/// folder, as if it were a file.
[[nodiscard]] RunConfig parse_run_config(const std::string& text,
                                         const std::string& source = "config");

/// The JSON Schema (2020-12) of a config file, as text: keys, types, ranges, defaults, meanings.
[[nodiscard]] std::string run_config_schema();

/// The config with all defaults filled in, as JSON text; load_run_config() reads it to the same
/// values.
[[nodiscard]] std::string to_json_text(const RunConfig& config);

}  // namespace caloquant
#pragma GCC visibility pop
