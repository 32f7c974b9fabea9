#include "quantizer/emit/native_model.hpp"

#include <algorithm>

#include "graph/exec/executor.hpp"
#include "graph/io/json.hpp"
#include "graph/io/native_format.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/run/evaluator.hpp"
#include "quantizer/run/quantize.hpp"

namespace caloquant {

void write_quantized_model(const RunConfig& config, const Evaluator& evaluator, const Graph& graph,
                           const QuantizeResult& result, const std::filesystem::path& file) {
  constexpr std::int64_t most_samples = 4;
  const EventRange events = evaluator.events().evaluation();
  const std::int64_t samples = std::min(most_samples, events.size());
  NativeModel model;
  model.graph = graph;
  Tensor input(DType::f32, {samples, evaluator.latent_size()});
  evaluator.fill_input(events.first, samples, input.data<float>());
  Shape shape = graph.value(graph.outputs()[0].value).shape;
  shape.front() = samples;
  Tensor output(DType::f32, shape);
  const std::span<const float> src = input.data<float>();
  const std::span<float> dst = output.data<float>();
  compile_engine(graph, samples)->run({&src, 1}, {&dst, 1});
  model.sample_inputs.push_back(std::move(input));
  model.sample_outputs.push_back(std::move(output));
  Json provenance;
  provenance["caloquant"] = CALOQUANT_VERSION;
  provenance["config"] = to_json(config);
  provenance["loss"] = json_number(result.final_loss->value);
  provenance["target_met"] = result.tuning.target_met;
  model.provenance = provenance.dump(1);
  write_native(model, file);
}

}  // namespace caloquant
