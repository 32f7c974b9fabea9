// RunSession: what is written of a run.

#include <caloquant/error.hpp>

#include "graph/io/files/text_file.hpp"
#include "graph/ir/difference.hpp"
#include "graph/load_model/load_model.hpp"
#include "ops/core/clock.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/measure/peak_memory.hpp"
#include "quantizer/output/emit/native_model.hpp"
#include "quantizer/output/emit/read_back.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/output/emit/verified_write.hpp"
#include "quantizer/output/report/report_data.hpp"
#include "quantizer/output/report/report_page.hpp"
#include "quantizer/output/tables/compare_table.hpp"
#include "quantizer/run/folder_plan.hpp"
#include "quantizer/run/run_session.hpp"

namespace caloquant {

void RunSession::emit(const std::filesystem::path& folder) {
  finish();
  if (folder != folder_.path()) {
    log_.reset();
    journal_.reset();
    folder_ = ResultFolder(folder, folder_plan(config_, traits_), false);
  }
  emit();
}

/// Without a model the folder stays as it was: what there is to say is in the state.
void RunSession::emit() {
  finish();
  recorded([&] {
    begin();
    in_place_ = false;
    if (!result_.final_quality) {
      record_outcome();
      return;
    }
    result_.error.clear();  // of an earlier try, on a full disk
    result_.tuning.reason = search_ended_by_;
    write_models();
    compare_and_report();
    result_.cost.seconds = steady_seconds() - start_;
    result_.cost.peak_memory = peak_memory();
    write_result_files();
    publish();
  });
}

/// The loss of a file that was written, as `name`. Throws ModelError when it is not the model that
/// was judged. After an interruption nothing is evaluated.
void RunSession::judge_read_back(const std::filesystem::path& file, const std::string& name) {
  unless_interrupted([&] {
    const Graph read = graph_beside(load_model_file(file, config_.graph, CheckTime::later), final_);
    observer_.on_phase_start(Phase::evaluate, evaluator_->events().evaluation().size());
    // In one sweep, on the events of the data: the judgement may have ended after others. Equal
    // networks are computed once.
    const std::vector<ModelQuality> both =
        evaluator_->qualities_of({final_, read}, progress_of(observer_));
    require_judged_model(both[0], both[1], difference(final_, read).empty(), file.string());
    result_.read_back[name] = both[1];
  });
}

/// The other formats are written all the same when one cannot be.
void RunSession::write_models() {
  result_.written.clear();
  result_.not_written.clear();
  result_.read_back.clear();
  if (!folder_.writes()) {
    return;
  }
  std::exception_ptr failure;
  const auto judge_as = [this](const char* name) {
    return [this, name](const std::filesystem::path& file) { judge_read_back(file, name); };
  };
  const auto write = [&](bool wanted, const char* name, const auto& writer) {
    try {
      if (wanted) {
        writer(folder_.staged(name));
        result_.written.emplace_back(name);
      }
    } catch (const Error& error) {
      failure = failure ? failure : std::current_exception();
      result_.error += (result_.error.empty() ? "" : "; ") + std::string(error.what());
    }
  };
  write(config_.emit.h5, "quantized.h5", [&](const std::filesystem::path& file) {
    write_quantized_model(context(), *evaluator_, final_, file, judge_as("quantized.h5"));
  });
  write(config_.emit.onnx, "quantized.onnx", [&](const std::filesystem::path& file) {
    const EventSource& events = evaluator_->events();
    result_.onnx_notes = write_verified_onnx(
        final_, file, config_.emit.onnx_profile, events.evaluation().size(),
        [&](std::int64_t count, std::span<const std::span<float>> inputs) {
          events.fill(events.evaluation().first, count, inputs);
        },
        judge_as("quantized.onnx"));
  });
  if (failure) {
    std::rethrow_exception(failure);
  }
}

/// The models are there already: an interruption leaves out what is still to come.
void RunSession::compare_and_report() {
  unless_interrupted([&] {
    compare_with_fp32();
    draw_report();
  });
}

void RunSession::compare_with_fp32() {
  observer_.on_phase_start(Phase::physics, evaluator_->events().evaluation().size());
  result_.report =
      final_report(config_, model_.graph, final_, engine_, given_.data, progress_of(observer_));
  if (result_.report && folder_.writes()) {
    write_beside("physics.txt", [this](const std::filesystem::path& file) {
      write_text_file(compare_table(result_.report->physics, report_side("fp32", model_.graph),
                                    report_side("quantized", final_)),
                      file);
    });
  }
}

void RunSession::draw_report() {
  if (!config_.report.html) {
    return;
  }
  const std::string data =
      report_data({config_, model_.graph, network_->graph(), final_, network_->filler(),
                   evaluator_->events().evaluation(), engine_,
                   result_.report ? result_.report->samples : nullptr},
                  observer_);
  if (folder_.writes()) {
    write_beside("report.json",
                 [&data](const std::filesystem::path& file) { write_text_file(data, file); });
  }
}

/// What can be drawn again: that it cannot be written is told, and makes no model a bad one.
void RunSession::write_beside(const char* name,
                              const std::function<void(const std::filesystem::path&)>& write) {
  try {
    write(folder_.staged(name));
    result_.written.emplace_back(name);
  } catch (const BackendError& error) {
    result_.not_written.emplace_back(name, error.what());
  }
}

void RunSession::write_steps() {
  std::filesystem::remove(folder_.staged("steps.jsonl"));
  Journal journal(folder_.staged(""));
  for (const Trial& trial : result_.tuning.trials) {
    journal.append(trial);
  }
  if (!result_.costs.empty()) {
    write_layer_costs(result_.costs, folder_.staged("layer_costs.json"));
  }
}

/// result.json, and the page that is drawn from all files.
void RunSession::write_result_files() {
  if (!folder_.writes()) {
    return;
  }
  write_steps();
  const auto write_result = [this] {
    write_result_json(result_, context(), folder_.staged("result.json"));
  };
  const bool page = config_.report.html && result_.not_written.empty();
  if (page) {
    result_.written.emplace_back("report.html");
  }
  write_result();
  if (page) {
    result_.written.pop_back();  // the page is drawn from a result that lists it
    write_beside("report.html", [this](const std::filesystem::path& file) {
      write_report_page({folder_.staged("")}, file);
    });
    if (!result_.not_written.empty()) {
      write_result();
    }
  }
}

/// An interrupted run can be gone on with.
void RunSession::publish() {
  if (folder_.writes()) {
    folder_.publish(files_in_folder(result_), result_.tuning.reason == StopReason::interrupted);
    in_place_ = true;
  }
}

}  // namespace caloquant
