#include <atomic>
#include <caloquant/error.hpp>
#include <caloquant/session.hpp>
#include <utility>

#include "quantizer/run/run_session.hpp"
#include "quantizer/search/space/possible.hpp"

namespace caloquant {
namespace {

std::uint64_t next_session() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

}  // namespace

Plan::Plan(std::shared_ptr<const QuantPlan> plan, std::uint64_t session)
    : plan_(std::move(plan)), session_(session) {}

std::vector<Plan::Layer> Plan::layers() const {
  std::vector<Layer> layers;
  for (const auto& [name, layer] : plan_->layers) {
    layers.push_back({name, layer.choice, layer.quant, layer.range});
  }
  return layers;
}

struct Session::State {
  State(const RunConfig& config, const RunParts& parts, RunObserver* observer,
        const std::filesystem::path& folder, Unfinished unfinished)
      : run(config, parts, {observer, folder, shared_machine_kernels(), true, unfinished}) {}

  [[nodiscard]] Model quantized(Graph graph) const {
    return Model(std::make_shared<LoadedModel>(
        LoadedModel{std::move(graph), run.model().files, true, {}, nullptr}));
  }

  /// What the caller sees of a run that has come to its end.
  [[nodiscard]] RunResult result_for_caller() const {
    const QuantizeResult& found = run.result();
    RunResult result;
    result.tuning = found.tuning;
    result.baseline = found.baseline;
    result.final_quality = found.final_quality;
    result.confirmation = found.confirmation;
    result.layers = found.layers;
    result.seconds = found.cost.seconds;
    result.written = found.written;
    for (const auto& [name, reason] : found.not_written) {
      result.not_written.push_back(std::string(name).append(": ").append(reason));
    }
    result.error = found.error;
    if (found.final_quality) {
      result.plan = Plan(std::make_shared<QuantPlan>(found.plan), number);
      result.model = quantized(run.final_network());
    }
    result.json = run.result_text();
    return result;
  }

  const std::uint64_t number = next_session();
  RunSession run;
  std::atomic<bool> busy{false};
  bool tuned = false;
  LayerRanges ranges;
};

/// A call of the session's interface: there is one at a time, also where an observer, a metric or a
/// strategy calls back.
class Session::Call {
 public:
  Call(const std::unique_ptr<State>& state, const char* function) {
    if (!state) {
      throw UsageError(function, "the session was moved from", "call the one that it was moved to");
    }
    if (state->busy.exchange(true)) {
      throw UsageError(function, "the session is in another call",
                       "use it from one thread at a time, and not from what it calls back");
    }
    state_ = state.get();
  }
  ~Call() { state_->busy = false; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  State* operator->() const { return state_; }

 private:
  State* state_;
};

Session::Session(const RunConfig& config, const RunParts& parts, RunObserver* observer,
                 const std::filesystem::path& folder, Unfinished unfinished)
    : state_(std::make_unique<State>(config, parts, observer, folder, unfinished)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Model Session::model() const {
  return Model(std::make_shared<LoadedModel>(Call(state_, "Session::model()")->run.model()));
}

const TuningSpace& Session::space() const {
  return Call(state_, "Session::space()")->run.space();
}

const ModelQuality& Session::reference() {
  return Call(state_, "Session::reference()")->run.baseline();
}

double Session::target() {
  return Call(state_, "Session::target()")->run.target();
}

const LayerRanges& Session::prepare() {
  const Call call(state_, "Session::prepare()");
  call->ranges = call->run.prepare().ranges().layers;
  return call->ranges;
}

Plan Session::plan(const TuningConfig& config) {
  const Call call(state_, "Session::plan()");
  require_possible(config, call->run.space(), "Session::plan()");
  return Plan(std::make_shared<QuantPlan>(call->run.prepare().plan(config)), call->number);
}

Model Session::apply(const Plan& plan) {
  const Call call(state_, "Session::apply()");
  if (plan.session() != call->number) {
    throw UsageError("Session::apply()", "the plan is of another session",
                     "make it by plan() of this one");
  }
  return call->quantized(call->run.prepare().quantized(plan.plan()));
}

ModelQuality Session::evaluate(const Model& model) {
  const Call call(state_, "Session::evaluate()");
  return call->run.judged({model.loaded().graph}).front();
}

ModelQuality Session::evaluate(const Plan& plan) {
  return evaluate(apply(plan));
}

RunResult Session::tune() {
  const Call call(state_, "Session::tune()");
  call->tuned = false;
  call->run.search();
  call->run.finish();
  call->tuned = true;
  return call->result_for_caller();
}

RunResult Session::emit(const std::filesystem::path& folder) {
  const Call call(state_, "Session::emit()");
  if (!call->tuned) {
    throw UsageError("Session::emit()", "there is no result yet", "call tune() first");
  }
  if (folder.empty()) {
    call->run.emit();
  } else {
    call->run.emit(folder);
  }
  return call->result_for_caller();
}

void Session::emit(RunResult& result, const std::filesystem::path& folder) {
  result = emit(folder);
}

RunResult quantize(const RunConfig& config, const RunParts& parts, RunObserver* observer,
                   const std::filesystem::path& folder, Unfinished unfinished) {
  Session session(config, parts, observer, folder, unfinished);
  RunResult result = session.tune();
  return folder.empty() ? result : session.emit();
}

}  // namespace caloquant
