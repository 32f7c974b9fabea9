#include "quantizer/run/run_session.hpp"

#include <caloquant/error.hpp>

#include "graph/json/json.hpp"
#include "ops/core/clock.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/plan/emitted_form.hpp"
#include "quantizer/run/folder_plan.hpp"
#include "quantizer/run/session_parts.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/search/strategy/cost.hpp"
#include "quantizer/search/tune/criterion.hpp"

namespace caloquant {

std::shared_ptr<KernelChoices> shared_machine_kernels() {
  auto kernels = machine_kernels();
  return kernels ? std::make_shared<KernelChoices>(std::move(*kernels)) : nullptr;
}

RunSession::RunSession(const RunConfig& config, const RunParts& parts, SessionOptions options)
    : config_(with_carried_rule(with_parts(config, parts))),
      given_{parts.data, parts.metric},
      parts_(parts),
      traits_(parts.strategy ? parts.strategy_traits : strategy_traits(config_.tuning.strategy)),
      options_(std::move(options)),
      observer_(options_.observer != nullptr ? *options_.observer : nobody_),
      start_(steady_seconds()),
      folder_(options_.folder, folder_plan(config_, traits_),
              options_.unfinished == Unfinished::resume),
      engine_(engine_with(options_.kernels.get())) {
  recorded([&] { open(); });
}

void RunSession::open() {
  if (folder_.resumes()) {
    adopt_kernels();
  }
  model_ = fp32_model_of(config_, parts_);
  evaluator_ = make_evaluator(config_, model_.graph, engine_, given_);
  if (const LabelSources* labels = evaluator_->events().label_sources()) {
    result_.labels = *labels;
  }
  result_.verified = model_.verified;
  check_import();
  if (folder_.resumes()) {
    take_up();
  }
}

/// On the first event that calibrates.
void RunSession::check_import() {
  if (model_.opinion) {
    const EventRange events = evaluator_->events().calibration();
    model_.import_check = model_.opinion->check(
        events.size(), [&](std::int64_t count, std::span<const std::span<float>> inputs) {
          evaluator_->events().fill(events.first, count, inputs);
        });
    model_.opinion = nullptr;
  }
  result_.import_check = model_.import_check;
}

const TuningSpace& RunSession::space() {
  if (!space_) {
    recorded([&] {
      std::vector<LayerSpec> layers = layer_specs(model_.graph, traits_.searches_ladder);
      keep_what_is_carried(layers, config_.emit);
      space_.emplace(std::move(layers), config_.quantization.rules, config_.source);
    });
    costs_ = nominal_costs(*space_);
  }
  return *space_;
}

void RunSession::reference() {
  if (!has_reference_) {
    recorded([&] { measure_reference(); });
    has_reference_ = true;
  }
}

void RunSession::measure_reference() {
  if (const auto notes = data_notes(); !notes.empty()) {
    observer_.on_data_notes(notes);
  }
  observer_.on_phase_start(Phase::reference, evaluator_->reference_events().size());
  const double start = steady_seconds();
  evaluator_->prepare_reference(progress_of(observer_));
  if (compares_with_fp32(config_.metric)) {
    result_.cost.fp32_seconds_per_event =
        (steady_seconds() - start) / static_cast<double>(evaluator_->events().evaluation().size());
  }
}

const ModelQuality& RunSession::baseline() {
  reference();
  if (!has_baseline_) {
    recorded([&] { measure_baseline(); });
    has_baseline_ = true;
  }
  return result_.baseline;
}

void RunSession::measure_baseline() {
  const std::int64_t events = evaluator_->events().evaluation().size();
  observer_.on_phase_start(Phase::baseline, events);
  const double start = steady_seconds();
  result_.baseline = evaluator_->baseline(progress_of(observer_));
  if (!compares_with_fp32(config_.metric)) {
    result_.cost.fp32_seconds_per_event = (steady_seconds() - start) / static_cast<double>(events);
  }
  target_ = target_loss(config_.accuracy, result_.baseline.loss.value);
  observer_.on_target(result_.baseline.loss, target_);
}

std::vector<std::string> RunSession::data_notes() const {
  return result_.labels ? result_.labels->notes() : std::vector<std::string>();
}

double RunSession::target() {
  baseline();
  return target_;
}

Target RunSession::judged_by() {
  Target target{config_.accuracy, this->target()};
  if (!compares_with_fp32(config_.metric)) {
    target.baseline = result_.baseline.loss;
  }
  return target;
}

PreparedNetwork& RunSession::prepare() {
  (void)space();  // what is wrong with its rules is told before anything is measured
  baseline();
  if (!network_) {
    recorded([&] {
      auto& network =
          network_.emplace(config_, *space_, *evaluator_, model_.graph, engine_, traits_);
      try {
        begin();
        if (!restore_network(network)) {
          network.prepare(judged_by(), observer_);
          save_network(network);
        }
        learn_costs();
      } catch (...) {
        network_.reset();  // not prepared: the next call begins anew
        throw;
      }
      result_.equalized = network.equalized();
    });
  }
  return *network_;
}

/// Milliseconds and bytes of the layers, measured or as an earlier run wrote them, for a strategy
/// that wants them.
void RunSession::learn_costs() {
  if (!traits_.wants_layer_costs) {
    return;
  }
  if (!config_.tuning.layer_costs.empty()) {
    costs_ = read_layer_costs(config_.tuning.layer_costs, *space_);
  } else if (std::optional<CostTable> saved = saved_costs()) {
    costs_ = *std::move(saved);
  } else {
    observer_.on_phase_start(Phase::layer_costs, 1);
    CostOptions options;
    options.batch = batch_for(evaluator_->batch(), evaluator_->events().evaluation());
    options.rule = config_.quantization.activation_rule;
    options.engine = engine_;
    options.between = [this] { check_interruption(observer_); };
    costs_ = measure_layer_costs(network_->graph(), *space_, network_->ranges(), options);
    save_costs();
  }
  result_.costs = costs_;
}

std::vector<ModelQuality> RunSession::qualities_of(const std::vector<Graph>& graphs) {
  reference();
  observer_.on_phase_start(Phase::evaluate, evaluator_->events().evaluation().size());
  std::vector<ModelQuality> qualities = evaluator_->qualities_of(graphs, progress_of(observer_));
  save_kernels();
  return qualities;
}

std::vector<ModelQuality> RunSession::shown(const std::vector<Graph>& graphs,
                                            std::span<const Look> looks,
                                            const Evaluator::Enough& enough) {
  reference();
  observer_.on_phase_start(Phase::evaluate, evaluator_->events().evaluation().size());
  std::vector<ModelQuality> qualities =
      evaluator_->shown(graphs, looks, enough, progress_of(observer_));
  save_kernels();
  return qualities;
}

std::vector<ModelQuality> RunSession::judged(const std::vector<Graph>& graphs) {
  const Target target = judged_by();
  observer_.on_phase_start(Phase::evaluate, evaluator_->events().evaluation().size());
  std::vector<ModelQuality> qualities = evaluator_->judged(
      graphs, target, EventUse::search, evaluator_->most_events(), progress_of(observer_));
  save_kernels();
  return qualities;
}

const QuantizeResult& RunSession::run() {
  search();
  finish();
  emit();
  return result_;
}

void RunSession::save_kernels() const {
  if (options_.kernels && options_.keep_kernels) {
    options_.kernels->save();
  }
}

ResultContext RunSession::context() const {
  ResultContext context{config_, model_.files, {}, options_.kernels.get(), {}};
  if (folder_.writes()) {
    context.folder = in_place_ ? folder_.path() : folder_.staged("");
  }
  if (evaluator_) {
    context.data_files = evaluator_->events().files();
  }
  return context;
}

std::string RunSession::result_text() const {
  return result_json(result_, context()).dump(2) + "\n";
}

void RunSession::record_failure(const std::exception& error) {
  const auto* typed = dynamic_cast<const Error*>(&error);
  const bool interrupted = typed != nullptr && typed->kind() == ErrorKind::interrupted;
  result_.tuning.reason = interrupted ? StopReason::interrupted : StopReason::failed;
  if (result_.error.empty()) {
    result_.error = error.what();
  }
  try {
    record_outcome();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch) the reason of the failure matters more
  }
}

/// Of a run without results: for people, beside its journal.
void RunSession::record_outcome() {
  if (folder_.has_begun()) {
    write_result_json(result_, context(), folder_.state("result.json"));
  }
}

}  // namespace caloquant
