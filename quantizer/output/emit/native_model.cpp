#include "quantizer/output/emit/native_model.hpp"

#include <algorithm>
#include <utility>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/executor.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/json/json.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/philox.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/evaluate/evaluator.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t most_samples = 4;

/// The graph with samples: inputs of one batch and what it makes of them.
NativeModel with_samples(const Graph& graph, BatchTensors inputs) {
  const std::int64_t samples = inputs.tensors().front().shape().front();
  BatchTensors outputs = BatchTensors::outputs_of(graph, samples);
  compile_engine(graph, samples)->run(inputs.src(), outputs.dst());
  NativeModel model;
  model.graph = graph;
  model.sample_inputs = std::move(inputs).take();
  model.sample_outputs = std::move(outputs).take();
  return model;
}

}  // namespace

void write_quantized_model(const ResultContext& context, const Evaluator& evaluator,
                           const Graph& graph, const std::filesystem::path& file,
                           const FileCheck& further) {
  const EventRange events = evaluator.events().evaluation();
  const std::int64_t samples = std::min(most_samples, events.size());
  BatchTensors inputs = BatchTensors::inputs_of(graph, samples);
  evaluator.events().fill(events.first, samples, inputs.dst());
  NativeModel model = with_samples(graph, std::move(inputs));
  Json provenance;
  provenance["caloquant"] = CALOQUANT_VERSION;
  provenance["config"] = model_facts_json(context.config);
  provenance["model_files"] = files_json(context.model_files);
  provenance["data_files"] = files_json(context.data_files);
  if (const auto& costs = context.config.tuning.layer_costs; !costs.empty()) {
    provenance["layer_costs"] = files_json({costs});
  }
  // A name may be no UTF-8.
  model.provenance = provenance.dump(1, ' ', false, Json::error_handler_t::replace);
  write_verified_native(model, file, further);
}

void write_converted_model(const Graph& graph, const std::filesystem::path& file) {
  constexpr std::uint64_t seed = 1978;
  const Graph runnable = run_passes(graph, canonical_passes(), optional_pass_names());
  BatchTensors inputs = BatchTensors::inputs_of(runnable, most_samples);
  for (std::size_t i = 0; i < inputs.dst().size(); ++i) {
    philox::fill_normal(seed, i, inputs.dst()[i]);
  }
  NativeModel model = with_samples(runnable, std::move(inputs));
  model.provenance = Json{{"caloquant", CALOQUANT_VERSION}}.dump(1);
  write_verified_native(model, file);
}

}  // namespace caloquant
