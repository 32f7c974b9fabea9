#include <caloquant/error.hpp>
#include <iostream>

#include "graph/exec/kernel_choices.hpp"
#include "graph/io/json.hpp"
#include "quantizer/emit/result_json.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct EvaluateArguments {
  ModelArguments model;
  std::string config;
  std::vector<std::string> overrides;
  int threads = 0;
  bool json = false;
};

int evaluate_command(const EvaluateArguments& arguments) {
  set_threads(arguments.threads);
  const RunConfig config = load_run_config(arguments.config, arguments.overrides);
  const LoadedModel model = arguments.model.load();
  const LoadedModel parent = load_fp32_model(config.model, config.graph);
  auto kernels = machine_kernels();
  const auto evaluator =
      make_evaluator(config, parent.graph, engine_with(kernels ? &*kernels : nullptr));
  evaluator->prepare_reference();
  const ModelQuality quality = evaluator->quality_of(graph_beside(model, parent.graph));
  if (kernels) {
    kernels->save();
  }
  if (arguments.json) {
    Json json = to_json(quality);
    json["metric"] = describe(config.metric);
    std::cout << json.dump(2) << '\n';
    return exit_ok;
  }
  const LossResult& loss = quality.loss;
  std::cout << "metric       " << describe(config.metric) << "\nloss         " << loss.value;
  if (loss.standard_error) {
    std::cout << " +- " << *loss.standard_error;
  }
  std::cout << "\ndead output  " << loss.dead_output << " (loss is " << loss.relative_to_dead
            << " of it)\nevents       " << loss.events << '\n';
  for (const std::string& reason : loss.suspect) {
    std::cout << "warning      " << reason << '\n';
  }
  return exit_ok;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("evaluate", "Loss of a model against the fp32 parent of a config");
  auto arguments = std::make_shared<EvaluateArguments>();
  arguments->model.add_to(*command);
  command->add_option("--config", arguments->config, "run config (JSON)")->required();
  command->add_option("--set", arguments->overrides, "change a config value: /json/pointer=value")
      ->allow_extra_args(false);
  command->add_option("--threads", arguments->threads, "threads (0: all)")
      ->check(CLI::Range(0, 4096));
  command->add_flag("--json", arguments->json, "print JSON");
  command->callback(
      [arguments, &action] { action = [arguments] { return evaluate_command(*arguments); }; });
}

}  // namespace caloquant::cli
