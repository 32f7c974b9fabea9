#include <iostream>

#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/gate/gate_table.hpp"
#include "quantizer/gate/measured_criteria.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/result/verdict_text.hpp"
#include "quantizer/run/run_session.hpp"
#include "tools/cli/command_progress.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct EvaluateArguments {
  ModelArguments model;
  std::string config;
  std::vector<std::string> overrides;
  int threads = 0;
  OutputArguments out;
};

void print_quality(const ModelQuality& quality, RunSession& session) {
  const RunConfig& config = session.config();
  const LossResult& loss = quality.loss;
  std::cout << "metric       " << terminal_text(describe(config.metric)) << "\nloss         "
            << loss.value;
  if (loss.standard_error) {
    std::cout << " +- " << *loss.standard_error;
  }
  std::cout << "\ndead output  " << loss.dead_output << " (loss is " << loss.relative_to_dead
            << " of it)\nevents       " << quality.events << '\n';
  for (const std::string& note : session.data_notes()) {
    std::cout << "data         " << terminal_text(note) << '\n';
  }
  for (const std::string& reason : loss.suspect) {
    std::cout << "warning      " << terminal_text(reason) << '\n';
  }
  std::cout << criteria_lines(criteria_of(quality, config.accuracy, session.target()))
            << "verdict      " << terminal_text(verdict_text(quality, config)) << '\n';
}

/// The phases on the progress line.
class EvaluateProgress : public RunObserver {
 public:
  explicit EvaluateProgress(CommandProgress& progress) : progress_(progress) {}
  void on_phase_start(Phase phase, std::int64_t events) override {
    progress_.begin(std::string(name_of(phase)), events);
  }
  void on_events(std::int64_t done) override { progress_.update(done); }

 private:
  CommandProgress& progress_;
};

int evaluate_command(const EvaluateArguments& arguments) {
  set_threads(arguments.threads);
  RunConfig config = load_config(arguments.config, arguments.overrides, arguments.out.quiet);
  config.tuning.early_stop = false;  // the number of all events
  const LoadedModel model = arguments.model.load(arguments.out.quiet);
  CommandProgress progress(arguments.out);
  EvaluateProgress observer(progress);
  RunSession session(config, {}, {&observer, {}, shared_machine_kernels()});
  const ModelQuality quality = session.judged({graph_beside(model, session.model().graph)}).front();
  progress.clear();
  if (arguments.out.json) {
    Json json = to_json(quality);
    json["metric"] = describe(config.metric);
    json["criteria"] = criteria_json(quality, config);
    json["data_notes"] = session.data_notes();
    std::cout << terminal_json(json) << '\n';
  } else if (!arguments.out.quiet) {
    print_quality(quality, session);
  }
  return exit_ok;
}

}  // namespace

void add_evaluate(Command& app, Action& action) {
  Command* command = add_command(
      app,
      {"evaluate",
       main_commands,
       "Loss and physics of a model against the fp32 parent of a config",
       "Judges a model, quantized or not, by the metric, the criteria and the events of a run "
       "config, against the fp32 model that the config names: the numbers that quantize reports.",
       {"caloquant evaluate results/quantized.h5 --config run.json",
        "caloquant evaluate quantized.onnx --config run.json --set "
        "/data/evaluation_samples=1000 --json"}});
  auto arguments = std::make_shared<EvaluateArguments>();
  arguments->model.add_to(*command);
  add_config_options(*command, "--config", arguments->config, arguments->overrides);
  add_threads(*command, arguments->threads);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return evaluate_command(*arguments); }; });
}

}  // namespace caloquant::cli
