#pragma once

#include <caloquant/config.hpp>
#include <caloquant/error.hpp>
#include <caloquant/run_observer.hpp>
#include <caloquant/session.hpp>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/exec/kernel_choices.hpp"
#include "quantizer/folder/result_folder.hpp"
#include "quantizer/folder/trial_log.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/result/quantize_result.hpp"
#include "quantizer/run/prepared_network.hpp"
#include "quantizer/run/trial_sweeps.hpp"
#include "quantizer/search/tune/journal.hpp"
#include "quantizer/search/tune/loop.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {

/// The kernels of this machine for a session; null where they are switched off.
[[nodiscard]] std::shared_ptr<KernelChoices> shared_machine_kernels();

struct SessionOptions {
  RunObserver* observer = nullptr;           ///< must outlive the session; null: nobody
  std::filesystem::path folder{};            ///< of results; empty: nothing is written
  std::shared_ptr<KernelChoices> kernels{};  ///< null: the default kernel of every layer
  bool keep_kernels = true;                  ///< write the table when something was measured for it
  Unfinished unfinished = Unfinished::set_aside;  ///< of a former run in `folder`
};

/// One run of a config: model, data, metric, and the stages that lead from the fp32 model to the
/// files of the quantized one. Every way in (command line, Session, Python, dry run, evaluate,
/// check) goes through it, so that all of them measure and write the same.
///
/// Stages in order: reference, prepare, search, finish, emit. Each calls those in front of it. With
/// a folder (ResultFolder), it is locked before anything is read, every trial is on the disk before
/// the next begins, and an exception behind the preparation leaves `unfinished/result.json`, which
/// says why. A run that goes on takes ranges, layer costs and trials from what is there.
class RunSession {
 public:
  /// Loads the model, verifies it where there are expected values, opens the data. `parts` takes
  /// the place of what the config names; views in it must outlive the session. Throws ConfigError,
  /// ModelError, DataError, and of the folder BackendError and UsageError.
  explicit RunSession(const RunConfig& config, const RunParts& parts = {},
                      SessionOptions options = {});
  RunSession(const RunSession&) = delete;
  RunSession& operator=(const RunSession&) = delete;

  /// All stages. When nothing meets the target, the best so far is written; without any trial that
  /// gave a loss result().error says why.
  const QuantizeResult& run();

  /// What models are compared with.
  void reference();
  /// The loss of the fp32 model, and the target that follows.
  const ModelQuality& baseline();
  /// Calibrates, decides on corrections; for strategies that ask for them learns what layers cost.
  PreparedNetwork& prepare();
  /// What proposes the trials; after prepare() the same one that search() asks.
  const Strategy& strategy();
  /// Trials until the strategy, a limit or the observer ends them; anew at every call.
  void search();
  /// The plan, the network and the quality of the best trial.
  void finish();
  /// Models, tables, report and result.json; into the folder of the session, or into another one.
  void emit();
  void emit(const std::filesystem::path& folder);

  /// Of other models on the evaluation events. Throws ModelError for other inputs or outputs.
  [[nodiscard]] std::vector<ModelQuality> qualities_of(const std::vector<Graph>& graphs);
  /// The same on the events of one look after another, until there was enough.
  [[nodiscard]] std::vector<ModelQuality> shown(const std::vector<Graph>& graphs,
                                                std::span<const Look> looks,
                                                const Evaluator::Enough& enough);
  /// The same judged as a trial is, on as many events as the answer takes.
  [[nodiscard]] std::vector<ModelQuality> judged(const std::vector<Graph>& graphs);

  [[nodiscard]] const RunConfig& config() const { return config_; }
  [[nodiscard]] const Fp32Model& model() const { return model_; }
  [[nodiscard]] const TuningSpace& space();
  [[nodiscard]] const Evaluator& evaluator() const { return *evaluator_; }
  /// LabelSources::notes() of the events; empty without labels.
  [[nodiscard]] std::vector<std::string> data_notes() const;
  [[nodiscard]] const EngineOptions& engine() const { return engine_; }
  [[nodiscard]] double target();
  /// What models are judged by.
  [[nodiscard]] Target judged_by();
  [[nodiscard]] const QuantizeResult& result() const { return result_; }
  /// Trials that an earlier process has finished.
  [[nodiscard]] std::size_t resumed_trials() const { return resumed_trials_; }
  /// Trials of an unfinished run that this one has set aside.
  [[nodiscard]] std::size_t trials_set_aside() const { return folder_.trials_set_aside(); }
  /// The quantized network of the best trial; needs finish().
  [[nodiscard]] const Graph& final_network() const { return final_; }
  /// result.json of what there is so far.
  [[nodiscard]] std::string result_text() const;

 private:
  /// What a failing stage leaves behind: result.json with the reason. Then the exception goes on.
  template <typename Work>
  decltype(auto) recorded(Work&& work);
  void record_failure(const std::exception& error);
  void record_outcome();
  /// Does what a run can do without, unless the observer wants it to end, or until it does. True
  /// when it was done.
  template <typename Work>
  bool unless_interrupted(Work&& work);
  [[nodiscard]] bool is_interrupted() const { return search_ended_by_ == StopReason::interrupted; }

  void open();
  void check_import();
  void take_up();
  void begin();
  [[nodiscard]] bool restore_network(PreparedNetwork& network);
  void save_state(const char* name, const std::string& text);
  void save_kernel_state();
  void adopt_kernels();
  void save_network(const PreparedNetwork& network);
  [[nodiscard]] std::optional<CostTable> saved_costs();
  void save_costs();
  [[nodiscard]] std::string identity();
  [[nodiscard]] std::string run_text();
  void measure_reference();
  void measure_baseline();
  void learn_costs();
  [[nodiscard]] StrategyOptions strategy_options() const;
  void search_with(const Strategy& strategy);
  [[nodiscard]] TuneCallbacks tune_callbacks(const Strategy& strategy);
  void take_finished_trials(TuneOptions& options);
  void open_journals();
  void record_trial(const Trial& trial, double elapsed);
  void settle();
  void take(const Trial& best);
  [[nodiscard]] bool confirm();
  void compare_speed();
  [[nodiscard]] TuneOptions tune_options() const;
  [[nodiscard]] ModelQuality final_quality_of(const Graph& graph);
  void correct_final_biases(const Trial& best);
  void name_kernels();
  void write_models();
  void judge_read_back(const std::filesystem::path& file, const std::string& name);
  void compare_and_report();
  void compare_with_fp32();
  void draw_report();
  void write_beside(const char* name,
                    const std::function<void(const std::filesystem::path&)>& write);
  void write_steps();
  void write_result_files();
  void publish();
  void save_kernels() const;
  [[nodiscard]] ResultContext context() const;

  RunConfig config_;
  GivenParts given_;
  RunParts parts_;
  StrategyTraits traits_;
  SessionOptions options_;
  RunObserver nobody_;
  RunObserver& observer_;
  double start_;
  ResultFolder folder_;
  bool in_place_ = false;  ///< the results have their names
  std::string identity_;
  std::optional<TrialLogContent> left_;  ///< by an earlier process; until search() takes it
  std::size_t resumed_trials_ = 0;
  std::size_t saved_kernels_ = 0;
  std::unique_ptr<TrialLog> log_;     ///< for a process that goes on
  std::unique_ptr<Journal> journal_;  ///< for people
  EngineOptions engine_;
  Fp32Model model_;
  std::unique_ptr<Evaluator> evaluator_;
  std::optional<TuningSpace> space_;
  std::optional<PreparedNetwork> network_;
  bool has_reference_ = false;
  bool has_baseline_ = false;
  double target_ = 0.0;
  CostTable costs_;  ///< of one kind for strategy and choice of the best
  std::unique_ptr<Strategy> strategy_;
  std::unique_ptr<TrialSweeps> sweeps_;
  bool searched_ = false;
  StopReason search_ended_by_{};  ///< result_.tuning.reason, which a failure overwrites; later an
                                  ///< interruption of what is behind the search
  bool finished_ = false;
  Graph final_;
  QuantizeResult result_;
};

template <typename Work>
bool RunSession::unless_interrupted(Work&& work) {
  try {
    if (!is_interrupted() && !observer_.interrupted()) {
      std::forward<Work>(work)();
      return true;
    }
  } catch (const InterruptedError&) {  // NOLINT(bugprone-empty-catch) said by the reason below
  }
  search_ended_by_ = StopReason::interrupted;
  result_.tuning.reason = search_ended_by_;
  return false;
}

template <typename Work>
decltype(auto) RunSession::recorded(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {
    record_failure(error);
    throw;
  }
}

}  // namespace caloquant
