#include <iostream>

#include "graph/exec/kernel_choices.hpp"
#include "graph/json/json.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/output/emit/result_json.hpp"
#include "quantizer/verify/fp32_model.hpp"
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

void print_quality(const ModelQuality& quality, const MetricConfig& metric) {
  const LossResult& loss = quality.loss;
  std::cout << "metric       " << describe(metric) << "\nloss         " << loss.value;
  if (loss.standard_error) {
    std::cout << " +- " << *loss.standard_error;
  }
  std::cout << "\ndead output  " << loss.dead_output << " (loss is " << loss.relative_to_dead
            << " of it)\nevents       " << loss.events << '\n';
  for (const std::string& reason : loss.suspect) {
    std::cout << "warning      " << reason << '\n';
  }
}

/// One phase on the progress line.
EventProgress phase(CommandProgress& progress, const char* name, std::int64_t events) {
  progress.begin(name, events);
  return [&progress](std::int64_t done) { progress.update(done); };
}

int evaluate_command(const EvaluateArguments& arguments) {
  set_threads(arguments.threads);
  const RunConfig config = load_config(arguments.config, arguments.overrides, arguments.out.quiet);
  const LoadedModel model = arguments.model.load(arguments.out.quiet);
  const LoadedModel parent = load_fp32_model(config.model, config.graph);
  auto kernels = machine_kernels();
  const auto evaluator =
      make_evaluator(config, parent.graph, engine_with(kernels ? &*kernels : nullptr));
  CommandProgress progress(arguments.out, "evaluate");
  evaluator->prepare_reference(phase(progress, "reference", evaluator->reference_events().size()));
  const ModelQuality quality =
      evaluator->quality_of(graph_beside(model, parent.graph),
                            phase(progress, "evaluate", evaluator->events().evaluation().size()));
  progress.clear();
  if (kernels) {
    kernels->save();
  }
  if (arguments.out.json) {
    Json json = to_json(quality);
    json["metric"] = describe(config.metric);
    std::cout << json.dump(2) << '\n';
  } else if (!arguments.out.quiet) {
    print_quality(quality, config.metric);
  }
  return exit_ok;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  CLI::App* command = add_command(
      app,
      {"evaluate",
       main_commands,
       "Loss of a model against the fp32 parent of a config",
       "Measures a model, quantized or not, with the metric and the evaluation events of a run "
       "config, against the fp32 model that the config names: the number that quantize reports.",
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
