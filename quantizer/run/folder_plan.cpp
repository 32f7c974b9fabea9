#include "quantizer/run/folder_plan.hpp"

#include "quantizer/run/input_files.hpp"

namespace caloquant {

ResultFolder::Plan folder_plan(const RunConfig& config, const StrategyTraits& traits) {
  ResultFolder::Plan plan{{"steps.jsonl", "steps.csv", "result.json"}, input_files(config)};
  const auto add = [&plan](bool writes, const char* name) {
    if (writes) {
      plan.names.emplace_back(name);
    }
  };
  add(config.emit.h5, "quantized.h5");
  add(config.emit.onnx, "quantized.onnx");
  add(traits.wants_layer_costs, "layer_costs.json");
  add(!config.data.tensors && config.report.physics_events > 0, "physics.txt");
  add(config.report.html, "report.json");
  add(config.report.html, "report.html");
  return plan;
}

}  // namespace caloquant
