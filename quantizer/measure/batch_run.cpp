#include "quantizer/measure/batch_run.hpp"

#include <algorithm>

#include "calibration/data/latents.hpp"
#include "ops/core/philox.hpp"
#include "quantizer/evaluate/generator_interface.hpp"

namespace caloquant {
namespace {

constexpr std::uint64_t seed = 1;

void fill_with_latents(const Graph& graph, std::int64_t first, std::int64_t count,
                       std::span<float> input) {
  std::vector<EventLabel> labels;
  for (std::int64_t i = first; i < first + count; ++i) {
    labels.push_back({100.0 + 25.0 * static_cast<double>(i % 17), 1.5707});
  }
  const std::int64_t width = static_cast<std::int64_t>(input.size()) / count;
  fill_latents(default_encoding(graph), seed, first, labels, width, input);
}

}  // namespace

void fill_typical_inputs(const Graph& graph, std::int64_t first, std::int64_t count,
                         std::span<const std::span<float>> inputs) {
  if (is_generator(graph)) {
    fill_with_latents(graph, first, count, inputs[0]);
    return;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t row = inputs[i].size() / static_cast<std::size_t>(count);
    for (std::int64_t event = 0; event < count; ++event) {
      const auto number = static_cast<std::uint64_t>(first + event) * inputs.size() + i;
      philox::fill_normal(seed, number,
                          inputs[i].subspan(static_cast<std::size_t>(event) * row, row));
    }
  }
}

BatchRun::BatchRun(const Graph& graph, std::int64_t batch)
    : inputs_(BatchTensors::inputs_of(graph, batch)),
      outputs_(BatchTensors::outputs_of(graph, batch)) {
  fill_typical_inputs(graph, 0, batch, inputs_.dst());
}

}  // namespace caloquant
