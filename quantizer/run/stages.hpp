#pragma once

#include <caloquant/config.hpp>
#include <caloquant/session.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "quantizer/run/prepared_network.hpp"
#include "quantizer/run/quantize.hpp"
#include "quantizer/run/trial_sweeps.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {

/// The stages of a run, in this order: reference, prepare, search, settle, emit. What they find
/// gathers in result().
class Stages {
 public:
  /// Loads the model, opens the data, makes the space. `parts` takes the place of what the config
  /// names; views in it must outlive the stages. Throws ConfigError, ModelError and DataError.
  Stages(RunConfig config, const RunParts& parts, EngineOptions engine);
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  /// Runs the fp32 model: reference, baseline, target.
  void measure_reference(RunObserver& observer);
  /// Calibrates, chooses recipes; for strategies that ask for them learns what layers cost.
  void prepare(RunObserver& observer);
  /// Trials until the strategy, a limit or the observer ends them; `journal` may be null.
  void search(RunObserver& observer, Journal* journal);
  /// The plan, the network and the quality of the best trial. Nothing without one: result().error
  /// says why.
  void settle(RunObserver& observer);
  /// Models and tables into `folder`, which exists.
  void emit(RunObserver& observer, const std::filesystem::path& folder);

  [[nodiscard]] const RunConfig& config() const { return config_; }
  [[nodiscard]] const Fp32Model& model() const { return model_; }
  [[nodiscard]] const TuningSpace& space() const { return space_; }
  [[nodiscard]] const Evaluator& evaluator() const { return *evaluator_; }
  [[nodiscard]] PreparedNetwork& network() { return network_; }
  [[nodiscard]] double target() const { return target_; }
  /// The quantized network of the best trial; needs settle().
  [[nodiscard]] const Graph& final_network() const { return final_; }
  [[nodiscard]] QuantizeResult& result() { return result_; }

 private:
  void check_import();
  void learn_costs(RunObserver& observer);
  void correct_final_biases(const Trial& best, RunObserver& observer);
  void name_kernels();
  void compare_with_fp32(RunObserver& observer, const std::filesystem::path& folder);

  RunConfig config_;
  GivenParts given_;
  StrategyFactory make_strategy_;
  StrategyTraits traits_;
  Fp32Model model_;
  TuningSpace space_;
  CostTable costs_;  ///< of one kind for strategy and choice of the best
  EngineOptions engine_;
  std::unique_ptr<Evaluator> evaluator_;
  PreparedNetwork network_;
  double target_ = 0.0;
  std::unique_ptr<TrialSweeps> sweeps_;
  Graph final_;
  QuantizeResult result_;
};

/// The config with what `parts` says of metric and data in it.
[[nodiscard]] RunConfig with_parts(RunConfig config, const RunParts& parts);

}  // namespace caloquant
