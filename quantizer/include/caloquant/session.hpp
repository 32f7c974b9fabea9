#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/config.hpp>
#include <caloquant/metric.hpp>
#include <caloquant/model.hpp>
#include <caloquant/qparams.hpp>
#include <caloquant/quality.hpp>
#include <caloquant/run_observer.hpp>
#include <caloquant/strategy.hpp>
#include <caloquant/tune_result.hpp>
#include <caloquant/verify.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

struct QuantPlan;

/// What a run does with one that has not ended in its folder of results.
enum class Unfinished {
  set_aside,  ///< begins anew; one with trials is kept as `unfinished.previous` until it has ended
  /// Goes on with it: its trials are not repeated, ranges and layer costs are those that it had,
  /// and the results have the bytes that they would have had. Without one it begins. Throws
  /// UsageError, with the difference, when model, data, settings, instruction set or version are
  /// others, and DataError when its journal is damaged.
  resume,
};

/// The config of the unfinished run in a folder. Throws DataError where there is none, UsageError
/// for that of a program which brought its own model, data or metric.
[[nodiscard]] RunConfig unfinished_config(const std::filesystem::path& folder);

using StrategyFactory =
    std::function<std::unique_ptr<Strategy>(const StrategyOptions&, const TuningSpace&)>;

/// What a program gives in place of what a config names. All of it is optional.
struct RunParts {
  std::optional<Model> model;            ///< fp32, in place of config.model
  MemoryData data;                       ///< in place of the data files
  std::shared_ptr<const Metric> metric;  ///< in place of config.metric
  StrategyFactory strategy;              ///< in place of config.tuning.strategy
  StrategyTraits strategy_traits{};      ///< of `strategy`; not read without it
  /// What the framework of `model` computes; the run is refused when it does not agree.
  std::optional<ExpectedArrays> expected{};
};

/// Measured ranges of the src of every layer with weights, by layer and algorithm.
using LayerRanges = std::map<std::string, std::map<RangeAlgorithm, Range>>;

/// The quantization parameters of some layers; a layer that is not in it stays fp32. Immutable;
/// copies are cheap.
class Plan {
 public:
  /// The parameters of one layer.
  struct Layer {
    /// Of the layer.
    std::string name;
    LayerChoice choice;  ///< what it was made from
    /// Scales and zero points.
    LayerQuant quant;
    Range range;  ///< of the src
  };
  /// In the order of the network.
  [[nodiscard]] std::vector<Layer> layers() const;

  /// For the library itself: of the session with that number.
  Plan(std::shared_ptr<const QuantPlan> plan, std::uint64_t session);
  /// For the library itself.
  [[nodiscard]] const QuantPlan& plan() const { return *plan_; }
  /// For the library itself: the number of its session.
  [[nodiscard]] std::uint64_t session() const { return session_; }

 private:
  std::shared_ptr<const QuantPlan> plan_;
  std::uint64_t session_;
};

/// What a run gives.
struct RunResult {
  /// All trials.
  TuneResult tuning;
  /// Of the fp32 model.
  ModelQuality baseline;
  std::optional<ModelQuality> final_quality;  ///< of the best configuration
  /// Of its model on events that no trial has seen; none where no events can be drawn.
  std::optional<ModelQuality> confirmation;
  /// Precision and reason of each.
  std::vector<LayerReport> layers;
  std::optional<Plan> plan;              ///< of the best configuration
  std::optional<Model> model;            ///< quantized by it
  double seconds = 0.0;                  ///< of the whole run
  std::vector<std::string> written;      ///< names of models and tables in the folder of results
  std::vector<std::string> not_written;  ///< tables and pages that could not be, with the reason
  std::string error;                     ///< why there is no model; empty when there is one
  std::string json;                      ///< what result.json holds
};

/// The stages of a run, each callable alone. A stage calls those in front of it which have not been
/// called: reference() <- prepare() <- plan(), tune(). What is given as views must outlive the
/// session. One call at a time: another thread, or what the session calls back, gets a UsageError.
///
/// With a `folder` of results, the folder is locked before anything is read. Everything is written
/// into `unfinished/` in it, every trial before the next one begins, and gets its place at the end:
/// until then, and after an exception, what the folder held before stays. After an interruption the
/// best so far gets its place, and the run can still be resumed.
class Session {
 public:
  /// Loads the model, verifies it where there are expected values, opens the data. `observer`
  /// (null: nobody) sees all stages. Throws ConfigError, ModelError, DataError, and of the folder
  /// BackendError and UsageError.
  explicit Session(const RunConfig& config, const RunParts& parts = {},
                   RunObserver* observer = nullptr, const std::filesystem::path& folder = {},
                   Unfinished unfinished = Unfinished::set_aside);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  [[nodiscard]] Model model() const;  ///< fp32
  /// Layers with their options.
  [[nodiscard]] const TuningSpace& space() const;

  /// Runs the fp32 model (or reads the targets): what models are compared with. Gives its own
  /// quality; the target follows from it.
  const ModelQuality& reference();
  /// Limit of the loss, from criterion and baseline.
  [[nodiscard]] double target();
  /// Calibrates, and decides on corrections as the config says.
  const LayerRanges& prepare();
  /// Layers that are not in the configuration stay fp32. Throws ModelError for a layer that the
  /// network does not have, UsageError for a precision that the layer cannot have.
  [[nodiscard]] Plan plan(const TuningConfig& config);
  /// The network with the layers of the plan quantized. Throws UsageError for a plan of another
  /// session.
  [[nodiscard]] Model apply(const Plan& plan);
  /// Quality of a model with the inputs and outputs of the fp32 one. Throws
  /// ModelError for others.
  [[nodiscard]] ModelQuality evaluate(const Model& model);
  /// Of apply(plan).
  [[nodiscard]] ModelQuality evaluate(const Plan& plan);
  /// Trials until the strategy, a limit or the observer ends them, and the best of them.
  [[nodiscard]] RunResult tune();
  /// Writes what the config asks for of the last tune() into the folder of the session, or into
  /// another `folder`, as `caloquant quantize` does. Throws UsageError in front of tune(),
  /// BackendError.
  RunResult emit(const std::filesystem::path& folder = {});
  /// The former way to have the result of emit(folder); it goes with the next version.
  [[deprecated("emit(folder) returns the result")]] void emit(RunResult& result,
                                                              const std::filesystem::path& folder);

 private:
  struct State;
  class Call;
  std::unique_ptr<State> state_;
};

/// The whole run: load, calibrate, tune, and with `folder` write `quantized.h5`, `steps.jsonl`,
/// `result.json` and so on into it, as a Session does. Throws what the stages throw.
[[nodiscard]] RunResult quantize(const RunConfig& config, const RunParts& parts = {},
                                 RunObserver* observer = nullptr,
                                 const std::filesystem::path& folder = {},
                                 Unfinished unfinished = Unfinished::set_aside);

}  // namespace caloquant
#pragma GCC visibility pop
