#include "quantizer/output/emit/native_model.hpp"

#include <algorithm>
#include <vector>

#include "graph/exec/executor.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/json/json.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/philox.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/output/emit/verified_write.hpp"
#include "quantizer/result/quantize_result.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t most_samples = 4;

std::vector<Tensor> empty_inputs(const Graph& graph, std::int64_t samples) {
  std::vector<Tensor> inputs;
  inputs.reserve(graph.inputs().size());
  for (const ValueId id : graph.inputs()) {
    Shape shape = graph.value(id).shape;
    shape.front() = samples;
    inputs.emplace_back(DType::f32, shape);
  }
  return inputs;
}

/// The graph with samples: inputs of one batch and what it makes of them.
NativeModel with_samples(const Graph& graph, std::vector<Tensor> inputs) {
  const std::int64_t samples = inputs.front().shape().front();
  NativeModel model;
  model.graph = graph;
  model.sample_inputs = std::move(inputs);
  std::vector<std::span<const float>> src;
  src.reserve(model.sample_inputs.size());
  for (const Tensor& input : model.sample_inputs) {
    src.push_back(input.data<float>());
  }
  std::vector<std::span<float>> dst;
  model.sample_outputs.reserve(graph.outputs().size());
  for (const GraphOutput& output : graph.outputs()) {
    Shape shape = graph.value(output.value).shape;
    shape.front() = samples;
    model.sample_outputs.emplace_back(DType::f32, shape);
    dst.push_back(model.sample_outputs.back().data<float>());
  }
  compile_engine(graph, samples)->run(src, dst);
  return model;
}

}  // namespace

void write_quantized_model(const RunConfig& config, const Evaluator& evaluator, const Graph& graph,
                           const QuantizeResult& result, const std::filesystem::path& file) {
  const EventRange events = evaluator.events().evaluation();
  const std::int64_t samples = std::min(most_samples, events.size());
  std::vector<Tensor> inputs = empty_inputs(graph, samples);
  std::vector<std::span<float>> rows;
  rows.reserve(inputs.size());
  for (Tensor& input : inputs) {
    rows.push_back(input.data<float>());
  }
  evaluator.events().fill(events.first, samples, rows);
  NativeModel model = with_samples(graph, std::move(inputs));
  Json provenance;
  provenance["caloquant"] = CALOQUANT_VERSION;
  provenance["config"] = to_json(config);
  provenance["loss"] = json_number(result.final_quality->loss.value);
  provenance["target_met"] = result.tuning.target_met;
  model.provenance = provenance.dump(1);
  write_verified_native(model, file);
}

void write_converted_model(const Graph& graph, const std::filesystem::path& file) {
  constexpr std::uint64_t seed = 1978;
  const Graph runnable = run_passes(graph, canonical_passes(), optional_pass_names());
  std::vector<Tensor> inputs = empty_inputs(runnable, most_samples);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    philox::fill_normal(seed, i, inputs[i].data<float>());
  }
  NativeModel model = with_samples(runnable, std::move(inputs));
  model.provenance = Json{{"caloquant", CALOQUANT_VERSION}}.dump(1);
  write_verified_native(model, file);
}

}  // namespace caloquant
