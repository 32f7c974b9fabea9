#include "quantizer/gate/check.hpp"

#include <caloquant/error.hpp>
#include <memory>
#include <utility>

#include "graph/io/files/model_hash.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/gate/baseline.hpp"
#include "quantizer/gate/energy_criteria.hpp"
#include "quantizer/measure/benchmark.hpp"
#include "quantizer/run/run_session.hpp"
#include "quantizer/search/tune/criterion.hpp"

namespace caloquant {
namespace {

bool compares_pairs_of_showers(const RunConfig& config) {
  return !config.metric.tensor && config.metric.loss.reference == LossReference::fp32_paired;
}

/// With a baseline, energies are looked at although the config need not ask for them.
RunConfig with_totals(RunConfig config, bool wanted) {
  if (wanted && compares_pairs_of_showers(config)) {
    config.accuracy.criteria = Criteria::physics;
  }
  config.tuning.early_stop = false;
  return config;
}

class Gate {
 public:
  Gate(const RunConfig& config, const LoadedModel& model, const GateOptions& options,
       RunObserver& observer, std::shared_ptr<KernelChoices> kernels)
      : config_(config),
        model_(model),
        options_(options),
        observer_(observer),
        session_(with_totals(config, options.baseline.has_value()), {},
                 {&observer, {}, std::move(kernels)}),
        graph_(graph_beside(model, parent().graph)) {
    result_.sigmas = options.sigmas;
    result_.model = model.files.empty() ? "model" : model.files.back().filename().string();
  }

  GateResult execute() {
    const double start = steady_seconds();
    result_.notes = session_.data_notes();
    if (options_.baseline) {
      against_baseline();
    } else {
      against_target();
    }
    if (options_.min_speedup) {
      measure_speedup();
    }
    tell_provenance();
    result_.seconds = steady_seconds() - start;
    return std::move(result_);
  }

 private:
  [[nodiscard]] const Fp32Model& parent() const { return session_.model(); }

  std::vector<ModelQuality> evaluate(const std::vector<Graph>& graphs) {
    std::vector<ModelQuality> qualities = session_.qualities_of(graphs);
    for (const std::string& reason : qualities.front().loss.suspect) {
      result_.notes.push_back(reason);
    }
    return qualities;
  }

  void add(Criterion criterion) {
    result_.criteria.push_back(decided(std::move(criterion), options_.sigmas));
  }

  void against_target() {
    const double limit = options_.max_loss ? *options_.max_loss : session_.target();
    const ModelQuality quality = std::move(evaluate({graph_}).front());
    Criterion loss = loss_within(quality.loss, limit, config_.accuracy.higher_is_better);
    loss.remedy = options_.max_loss
                      ? "quantize again, or allow more with --max-loss"
                      : "quantize again, or allow more in accuracy_criterion.tolerable_loss";
    add(std::move(loss));
    for (Criterion& criterion : response_criteria(quality.response, config_.accuracy)) {
      add(std::move(criterion));
    }
  }

  void against_baseline() {
    const GateBaseline baseline = read_gate_baseline(*options_.baseline);
    if (baseline.metric != describe(config_.metric)) {
      throw ConfigError(baseline.file.string() + "#/metric",
                        "is '" + baseline.metric + "', but that of the config is '" +
                            describe(config_.metric) + "': such losses cannot be compared",
                        "check with the config of the baseline, or quantize again with this one");
    }
    baseline_ = baseline.file;
    if (may_run(baseline)) {
      against_baseline_model(baseline);
    } else {
      against_recorded(baseline);
    }
  }

  /// Can the baseline model be run beside this one, and would that say anything?
  bool may_run(const GateBaseline& baseline) {
    std::vector<std::string> hashes;
    for (const std::filesystem::path& file : parent().files) {
      hashes.push_back(sha256_of_model(file));
    }
    if (hashes != baseline.parent) {
      result_.notes.emplace_back(
          "the baseline has another fp32 model (SHA-256): losses are compared as recorded, "
          "energies are not");
      same_parent_ = false;
      return false;
    }
    std::error_code failure;
    if (baseline.model.empty()) {
      result_.notes.emplace_back(
          "the baseline model does not lie beside its result.json: compared with what was "
          "recorded, "
          "which notices less");
      return false;
    }
    if (!baseline.model_has_hash && !model_.files.empty() &&
        std::filesystem::equivalent(baseline.model, model_.files.back(), failure)) {
      result_.notes.emplace_back(
          "the model lies where the baseline model should, and result.json holds no SHA-256 of it: "
          "compared with what was recorded, which notices less");
      return false;
    }
    return true;
  }

  void against_baseline_model(const GateBaseline& baseline) {
    const LoadedModel loaded = load_model_file(baseline.model, config_.graph);
    const std::vector<ModelQuality> qualities =
        evaluate({graph_, graph_beside(loaded, parent().graph)});
    add(worse_than_baseline(qualities[0].loss, qualities[1].loss, config_.accuracy.higher_is_better,
                            options_.tolerance, true));
    const auto between = session_.evaluator().response_between(qualities[0], qualities[1]);
    if (between.empty() && !config_.metric.tensor) {
      result_.notes.emplace_back(
          "energies are compared with the baseline model's for the metric reference fp32_paired "
          "only");
    }
    for (Criterion& criterion : drift_criteria(between, options_.max_drift)) {
      add(std::move(criterion));
    }
  }

  void against_recorded(const GateBaseline& baseline) {
    const ModelQuality quality = std::move(evaluate({graph_}).front());
    add(worse_than_baseline(quality.loss, baseline.loss, config_.accuracy.higher_is_better,
                            options_.tolerance, false));
    if (!same_parent_ || !compares_pairs_of_showers(config_)) {
      return;
    }
    if (auto drift = recorded_drift(quality.response, baseline.response, options_.max_drift)) {
      add(std::move(*drift));
    } else {
      result_.notes.emplace_back(
          "energies are not compared: the baseline's report has other events or none "
          "(report.physics_events)");
    }
  }

  void measure_speedup() {
    observer_.on_phase_start(Phase::speed, speedup_turns);
    BenchmarkOptions options;
    options.batches = {static_cast<std::int64_t>(config_.execution.batch)};
    options.repetitions = speedup_turns;
    options.engine = session_.engine();
    const std::vector<BenchmarkRow> rows =
        run_benchmark({{"fp32", parent().graph}, {"model", graph_}}, options);
    result_.criteria.push_back(speedup(rows[1].turns, rows[0].turns, *options_.min_speedup));
  }

  void tell(const std::string& name, const std::string& value) {
    result_.provenance.emplace_back(name, value);
  }

  void tell_file(const std::string& name, const std::filesystem::path& file) {
    tell(name, file.filename().string());
    if (const std::string hash = sha256_of_model(file); !hash.empty()) {
      tell(name + ".sha256", hash);
    }
  }

  void tell_provenance() {
    const CpuReport cpu = cpu_report();
    tell("caloquant", CALOQUANT_VERSION);
    tell("onednn", cpu.onednn);
    tell("isa", std::string(name_of(active_isa())));
    tell("threads", std::to_string(granted_threads()));
    for (const std::filesystem::path& file : model_.files) {
      tell_file("model", file);
    }
    for (const std::filesystem::path& file : parent().files) {
      tell_file("fp32", file);
    }
    if (baseline_) {
      tell_file("baseline", *baseline_);
    }
    tell_file("config", config_.source);
    tell("metric", describe(config_.metric));
    tell("events", std::to_string(session_.evaluator().events().evaluation().size()));
    if (!config_.data.tensors) {
      tell("seed", std::to_string(config_.input.seed));
    }
  }

  const RunConfig& config_;
  const LoadedModel& model_;
  const GateOptions& options_;
  RunObserver& observer_;
  RunSession session_;
  Graph graph_;
  std::optional<std::filesystem::path> baseline_;
  bool same_parent_ = true;
  GateResult result_;
};

}  // namespace

GateResult check_model(const RunConfig& config, const LoadedModel& model,
                       const GateOptions& options, RunObserver& observer,
                       std::shared_ptr<KernelChoices> kernels) {
  return Gate(config, model, options, observer, std::move(kernels)).execute();
}

}  // namespace caloquant
