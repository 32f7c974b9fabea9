#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <chrono>
#include <utility>

#include "graph/exec/kernel_choices.hpp"
#include "graph/json/json.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/measure/peak_memory.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/run/input_files.hpp"
#include "quantizer/run/stages.hpp"

namespace caloquant {

Plan::Plan(std::shared_ptr<const QuantPlan> plan) : plan_(std::move(plan)) {}

std::vector<Plan::Layer> Plan::layers() const {
  std::vector<Layer> layers;
  for (const auto& [name, layer] : plan_->layers) {
    layers.push_back({name, layer.choice, layer.quant, layer.range});
  }
  return layers;
}

struct Session::State {
  using Clock = std::chrono::steady_clock;

  State(const RunConfig& config, const RunParts& parts, RunObserver* watcher)
      : observer(watcher != nullptr ? *watcher : nobody),
        kernels(machine_kernels()),
        stages(config, parts, engine_with(kernels ? &*kernels : nullptr)) {}

  void need_reference() {
    if (!referenced) {
      stages.measure_reference(observer);
      referenced = true;
    }
  }
  void need_prepared() {
    need_reference();
    if (!prepared) {
      stages.prepare(observer);
      prepared = true;
    }
  }
  [[nodiscard]] ResultContext context() {
    return {stages.config(), stages.model().files, stages.evaluator().events().files(),
            kernels ? &*kernels : nullptr, folder};
  }

  /// What the caller sees of a run that has come to its end.
  [[nodiscard]] RunResult result_for_caller() {
    const QuantizeResult& found = stages.result();
    RunResult result;
    result.tuning = found.tuning;
    result.baseline = found.baseline;
    result.final_quality = found.final_quality;
    result.layers = found.layers;
    result.seconds = found.cost.seconds;
    result.written = found.written;
    result.error = found.error;
    if (found.error.empty()) {
      result.plan = Plan(std::make_shared<QuantPlan>(found.plan));
      result.model = quantized(stages.final_network());
    }
    result.json = result_json(found, context()).dump(2) + "\n";
    return result;
  }
  [[nodiscard]] Model quantized(Graph graph) const {
    return Model(std::make_shared<LoadedModel>(
        LoadedModel{std::move(graph), stages.model().files, true, {}, nullptr}));
  }
  void search(Journal* journal) {
    need_prepared();
    stages.search(observer, journal);
    stages.settle(observer);
    QuantizeResult& found = stages.result();
    found.cost.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    found.cost.peak_memory = peak_memory();
    if (kernels) {
      kernels->save();
    }
  }
  void write_costs() {
    if (!stages.result().costs.empty()) {
      write_layer_costs(stages.result().costs, folder / "layer_costs.json");
    }
  }

  RunObserver nobody;
  RunObserver& observer;
  Clock::time_point start = Clock::now();
  std::optional<KernelChoices> kernels;
  Stages stages;
  std::filesystem::path folder;  ///< of emit()
  bool referenced = false;
  bool prepared = false;
  LayerRanges ranges;
};

Session::Session(const RunConfig& config, const RunParts& parts, RunObserver* observer)
    : state_(std::make_unique<State>(config, parts, observer)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Model Session::model() const {
  return Model(std::make_shared<LoadedModel>(state_->stages.model()));
}

const TuningSpace& Session::space() const {
  return state_->stages.space();
}

const ModelQuality& Session::reference() {
  state_->need_reference();
  return state_->stages.result().baseline;
}

double Session::target() {
  state_->need_reference();
  return state_->stages.target();
}

const LayerRanges& Session::prepare() {
  state_->need_prepared();
  state_->ranges = state_->stages.network().ranges().layers;
  return state_->ranges;
}

Plan Session::plan(const TuningConfig& config) {
  state_->need_prepared();
  return Plan(std::make_shared<QuantPlan>(state_->stages.network().plan(config)));
}

Model Session::apply(const Plan& plan) {
  state_->need_prepared();
  return state_->quantized(apply_plan(state_->stages.network().graph(), plan.plan()));
}

ModelQuality Session::evaluate(const Model& model) {
  state_->need_reference();
  return state_->stages.evaluator().quality_of(model.loaded().graph, progress_of(state_->observer));
}

RunResult Session::tune() {
  state_->search(nullptr);
  return state_->result_for_caller();
}

void Session::emit(RunResult& result, const std::filesystem::path& folder) {
  const QuantizeResult& found = state_->stages.result();
  if (!found.final_quality && found.error.empty()) {
    throw UsageError("Session::emit()", "there is no result yet", "call tune() first");
  }
  prepare_folder(folder, input_files(state_->stages.config()));
  state_->folder = folder;
  {
    Journal journal(folder);
    for (const Trial& trial : found.tuning.trials) {
      journal.append(trial);
    }
  }
  state_->write_costs();
  if (found.error.empty()) {
    state_->stages.emit(state_->observer, folder);
  }
  write_result_files(state_->stages.result(), state_->context());
  result = state_->result_for_caller();
}

RunResult quantize(const RunConfig& config, const RunParts& parts, RunObserver* observer,
                   const std::filesystem::path& folder) {
  Session session(config, parts, observer);
  RunResult result = session.tune();
  if (!folder.empty()) {
    session.emit(result, folder);
  }
  return result;
}

}  // namespace caloquant
