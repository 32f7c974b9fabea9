#include "quantizer/gate/check.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <memory>
#include <span>
#include <utility>

#include "graph/io/files/model_hash.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/onednn/cpu.hpp"
#include "quantizer/gate/baseline.hpp"
#include "quantizer/gate/energy_criteria.hpp"
#include "quantizer/gate/measured_criteria.hpp"
#include "quantizer/measure/benchmark.hpp"
#include "quantizer/result/verdict_text.hpp"
#include "quantizer/run/run_session.hpp"

namespace caloquant {
namespace {

bool compares_pairs_of_showers(const RunConfig& config) {
  return !config.metric.tensor && config.metric.loss.reference == LossReference::fp32_paired;
}

/// What the gate asks in place of what a run of the config does.
RunConfig asked_of(RunConfig config, const GateOptions& options) {
  // With a baseline, energies are looked at although the config need not ask for them.
  if (options.baseline && compares_pairs_of_showers(config)) {
    config.accuracy.criteria = Criteria::physics;
  }
  if (options.max_loss) {
    config.accuracy.kind = CriterionKind::limit;
    config.accuracy.tolerable_loss = *options.max_loss;
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
        session_(asked_of(config, options), {}, {&observer, {}, std::move(kernels)}),
        graph_(graph_beside(model, parent().graph)) {
    result_.confidence = config.accuracy.confidence;
    result_.undecided_passes = options.undecided_passes;
    result_.asks_physics = asks_physics(config);
    result_.loss_only = !result_.asks_physics && !config.data.tensors;
    result_.to_decide = session_.evaluator().has_fresh_events()
                            ? "more events would tell (accuracy_criterion.max_events)"
                            : "more events would tell (data.evaluation_samples)";
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

  void tell_of(const ModelQuality& quality) {
    events_ = quality.events;
    for (const std::string& reason : quality.loss.suspect) {
      result_.notes.push_back(reason);
    }
  }

  void against_target() {
    const ModelQuality quality = std::move(session_.judged({graph_}).front());
    tell_of(quality);
    result_.criteria = criteria_of(quality, config_.accuracy, session_.target());
    if (options_.max_loss && !result_.criteria.empty()) {
      result_.criteria.front().remedy = "quantize again, or allow more with --max-loss";
    }
    if (config_.accuracy.criteria == Criteria::loss_only) {
      result_.notes.emplace_back(
          "accuracy_criterion.criteria is loss_only: the measured loss decides, whatever its "
          "error");
    }
  }

  /// Of one look at so many events.
  [[nodiscard]] Look one_look(std::size_t events) const {
    const double chance = 1.0 - result_.confidence;
    return {events, chance, chance};
  }

  /// More and more events where they can be drawn, else all of the data.
  [[nodiscard]] std::vector<Look> looks() const {
    const Evaluator& evaluator = session_.evaluator();
    return evaluator.has_fresh_events()
               ? growing_looks(evaluator.most_events(), 0, result_.confidence)
               : std::vector<Look>{one_look(events_of_data())};
  }
  [[nodiscard]] std::size_t events_of_data() const {
    return static_cast<std::size_t>(session_.evaluator().events().evaluation().size());
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
    if (result_.loss_only) {
      result_.notes.emplace_back(
          "by its config the model is judged by its loss only, physics not asked; its energies are "
          "compared with the baseline model's all the same");
    }
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
    const std::vector<ModelQuality> qualities = session_.shown(
        {graph_, graph_beside(loaded, parent().graph)}, looks(),
        [this](const std::vector<ModelQuality>& so_far, const Look& look) {
          result_.criteria = compared(so_far[0], so_far[1], look);
          return std::ranges::any_of(
                     result_.criteria,
                     [](const Criterion& one) { return one.verdict == Verdict::failed; }) ||
                 std::ranges::all_of(result_.criteria, [](const Criterion& one) {
                   return one.verdict == Verdict::passed;
                 });
        });
    tell_of(qualities.front());
    if (result_.criteria.size() < 2 && !config_.metric.tensor) {
      result_.notes.emplace_back(
          "energies are compared with the baseline model's for the metric reference fp32_paired "
          "only");
    }
  }

  [[nodiscard]] std::vector<Criterion> compared(const ModelQuality& model,
                                                const ModelQuality& baseline,
                                                const Look& look) const {
    std::vector<Criterion> criteria{
        decided(worse_than_baseline(model.loss, baseline.loss, config_.accuracy.higher_is_better,
                                    options_.tolerance, true, look))};
    const auto between = session_.evaluator().response_between(model, baseline);
    for (Criterion& criterion : drift_criteria(between, options_.max_drift, look)) {
      criteria.push_back(decided(std::move(criterion)));
    }
    return criteria;
  }

  void against_recorded(const GateBaseline& baseline) {
    const bool as_many = session_.evaluator().has_fresh_events() && baseline.events > 0;
    const Look look = one_look(as_many ? baseline.events : events_of_data());
    const ModelQuality quality = std::move(
        session_.shown({graph_}, std::span(&look, 1), [](const auto&, const Look&) { return true; })
            .front());
    tell_of(quality);
    result_.to_decide = "the baseline model beside its result.json would tell";
    result_.criteria.push_back(
        decided(worse_than_baseline(quality.loss, baseline.loss, config_.accuracy.higher_is_better,
                                    options_.tolerance, false, look)));
    if (!same_parent_ || !compares_pairs_of_showers(config_)) {
      return;
    }
    if (auto drift =
            recorded_drift(quality.response, baseline.response, options_.max_drift, look)) {
      result_.criteria.push_back(decided(std::move(*drift)));
    } else {
      result_.notes.emplace_back(
          "energies are not compared: the baseline's report has other events or none "
          "(report.physics_events)");
    }
  }

  void measure_speedup() {
    observer_.on_phase_start(Phase::speed, speedup_turns);
    BenchmarkOptions options;
    options.batches = {
        batch_for(session_.evaluator().batch(), session_.evaluator().events().evaluation())};
    options.repetitions = speedup_turns;
    options.engine = session_.engine();
    const std::vector<BenchmarkRow> rows =
        run_benchmark({{"fp32", parent().graph}, {"model", graph_}}, options);
    result_.criteria.push_back(
        speedup(rows[1].turns, rows[0].turns, *options_.min_speedup, result_.confidence));
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
    if (!config_.data.tensors) {
      tell("criteria", result_.loss_only ? loss_only_text : "physics");
    }
    tell("events", std::to_string(events_));
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
  std::size_t events_ = 0;
  GateResult result_;
};

}  // namespace

GateResult check_model(const RunConfig& config, const LoadedModel& model,
                       const GateOptions& options, RunObserver& observer,
                       std::shared_ptr<KernelChoices> kernels) {
  return Gate(config, model, options, observer, std::move(kernels)).execute();
}

}  // namespace caloquant
