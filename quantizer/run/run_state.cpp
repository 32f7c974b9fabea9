// RunSession: what it leaves for a process that goes on, and goes on from.

#include <caloquant/error.hpp>

#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/folder/json_fields.hpp"
#include "quantizer/folder/run_identity.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/run/run_session.hpp"

namespace caloquant {
namespace {

constexpr const char* run_format = "caloquant unfinished run";
constexpr std::int64_t run_version = 1;
constexpr const char* run_file = "run.json";
constexpr const char* kernels_file = "kernels.json";
constexpr const char* network_file = "prepared.json";
constexpr const char* costs_file = "layer_costs.json";
constexpr const char* log_file = "journal.jsonl";

std::string text_with(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json read_run(const std::filesystem::path& file) {
  Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
  require_format<DataError>(json, file.string(), run_format, run_version);
  return json;
}

}  // namespace

RunConfig unfinished_config(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / ResultFolder::unfinished_name / run_file;
  const Json json = read_run(file);
  const JsonFields fields(json, file.string());
  if (fields.flag("has_parts")) {
    throw UsageError(file.string(), "is of a program that brought its own model, data or metric",
                     "go on from that program");
  }
  const std::string source = fields.text("source");
  return run_config_from_json(fields.object("config"), std::filesystem::path(source).parent_path(),
                              source);
}

std::string RunSession::identity() {
  if (identity_.empty()) {
    const std::vector<std::filesystem::path> files = evaluator_->events().files();
    Json identity =
        run_identity({config_, model_.graph, files, parts_.data, options_.kernels != nullptr});
    identity["metric"] = parts_.metric ? parts_.metric->name() : "";
    identity["strategy"] = static_cast<bool>(parts_.strategy);
    identity_ = text_with(identity);
  }
  return identity_;
}

std::string RunSession::run_text() {
  const bool has_parts = parts_.model || parts_.metric || parts_.strategy ||
                         !std::holds_alternative<std::monostate>(parts_.data);
  return text_with({{"_format", run_format},
                    {"_version", run_version},
                    {"identity", parse_json<DataError>(identity(), run_file)},
                    {"has_parts", has_parts},
                    {"source", config_.source},
                    {"config", to_json(config_)}});
}

/// What an earlier process has left must be of the same run.
void RunSession::take_up() {
  const std::filesystem::path file = folder_.state(run_file);
  const Json before = read_run(file);
  const std::string other =
      identity_difference(parse_json<DataError>(identity(), run_file),
                          JsonFields(before, file.string()).object("identity"));
  if (!other.empty()) {
    throw UsageError(file.string(), "is of another run: " + other,
                     "resume with what it was, or run without --resume");
  }
  left_ = read_trial_log(folder_.state(log_file), identity());
}

void RunSession::begin() {
  if (folder_.writes() && !folder_.has_begun()) {
    folder_.begin(run_text());
    in_place_ = false;
  }
}

void RunSession::save_state(const char* name, const std::string& text) {
  if (folder_.has_begun()) {
    write_text_file(text, folder_.state(name));
  }
}

/// Kernels that were measured since the last time.
void RunSession::save_kernel_state() {
  if (options_.kernels && options_.kernels->table().size() != saved_kernels_) {
    save_state(kernels_file, options_.kernels->text());
    saved_kernels_ = options_.kernels->table().size();
  }
}

void RunSession::adopt_kernels() {
  const std::filesystem::path file = folder_.state(kernels_file);
  std::error_code failure;
  if (options_.kernels && std::filesystem::exists(file, failure)) {
    options_.kernels->adopt(read_text<DataError>(file), file.string());
  }
}

/// False where there is nothing to go on from.
bool RunSession::restore_network(PreparedNetwork& network) {
  const std::filesystem::path file = folder_.state(network_file);
  std::error_code failure;
  if (!folder_.resumes() || !std::filesystem::exists(file, failure)) {
    return false;
  }
  const Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
  network.restore(prepared_state_from(json, file.string()), judged_by(), observer_);
  return true;
}

void RunSession::save_network(const PreparedNetwork& network) {
  save_kernel_state();
  save_state(network_file, to_json(network.state()).dump(1) + "\n");
}

/// Of this run, by an earlier process.
std::optional<CostTable> RunSession::saved_costs() {
  const std::filesystem::path file = folder_.state(costs_file);
  std::error_code failure;
  if (!folder_.resumes() || !std::filesystem::exists(file, failure)) {
    return std::nullopt;
  }
  return read_layer_costs(file, *space_);
}

void RunSession::save_costs() {
  if (folder_.has_begun()) {
    save_kernel_state();
    write_layer_costs(costs_, folder_.state(costs_file));
  }
}

/// The trials of an earlier process, for the first search of this one.
void RunSession::take_finished_trials(TuneOptions& options) {
  History& history = result_.tuning.trials;
  resumed_trials_ = left_ ? left_->trials.size() : 0;
  if (resumed_trials_ > 0) {
    for (FinishedTrial& finished : left_->trials) {
      if (finished.quality) {
        sweeps_->know(finished.trial.proposal.config, *std::move(finished.quality),
                      finished.trial.seconds);
      }
      options.finished_seconds = finished.elapsed;
      history.push_back(finished.trial);
      options.finished.push_back(std::move(finished.trial));
    }
    observer_.on_resumed(history);
  }
}

/// The log for a process that goes on, and steps.* for people, who may watch them.
void RunSession::open_journals() {
  log_.reset();
  journal_.reset();
  if (!folder_.writes()) {
    return;
  }
  begin();
  const bool goes_on = left_.has_value();
  log_ = std::make_unique<TrialLog>(folder_.state(log_file),
                                    goes_on ? left_->last_hash : first_hash(identity()),
                                    goes_on ? left_->size : 0);
  journal_ = std::make_unique<Journal>(folder_.path() / ResultFolder::unfinished_name);
  for (const Trial& trial : result_.tuning.trials) {
    journal_->append(trial);
  }
  left_.reset();
}

void RunSession::record_trial(const Trial& trial, double elapsed) {
  if (!log_) {
    return;
  }
  save_kernel_state();
  FinishedTrial finished{trial, std::nullopt, elapsed};
  if (trial.error.empty()) {
    finished.quality = sweeps_->quality_of(trial.proposal.config);
  }
  log_->append(finished);
  journal_->append(trial);
}

}  // namespace caloquant
