// The samples of quantized.h5: what the network computed when it was written.

#include <caloquant/error.hpp>
#include <cmath>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/executor.hpp"
#include "graph/io/native/native_format.hpp"

namespace caloquant {
namespace {

/// `samples` rows of a value of the graph.
void expect_rows(const Tensor& sample, const Shape& value, std::int64_t samples,
                 const std::string& place) {
  Shape wanted = value;
  wanted.front() = samples;
  if (sample.shape() != wanted) {
    throw ModelError(
        place,
        "has the shape " + to_string(sample.shape()) + ", the network computes " + to_string(value),
        "the file is damaged; quantize again");
  }
}

/// The number of samples, which all inputs and outputs have.
std::int64_t count_of(const NativeModel& model, const std::filesystem::path& path) {
  const std::string group = path.string() + ":/samples/";
  const Shape& first = model.sample_inputs.front().shape();
  if (first.empty() || first.front() < 1) {
    throw ModelError(group + "input_0", "holds no rows", "the file is damaged; quantize again");
  }
  const Graph& graph = model.graph;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    expect_rows(model.sample_inputs[i], graph.value(graph.inputs()[i]).shape, first.front(),
                group + "input_" + std::to_string(i));
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    expect_rows(model.sample_outputs[i], graph.value(graph.outputs()[i].value).shape, first.front(),
                group + "output_" + std::to_string(i));
  }
  return first.front();
}

}  // namespace

void verify_samples(const NativeModel& model, const std::filesystem::path& path) {
  if (model.sample_inputs.size() != model.graph.inputs().size() ||
      model.sample_outputs.size() != model.graph.outputs().size() || model.sample_inputs.empty()) {
    throw ModelError(path.string() + ":/samples",
                     "does not hold one sample set per input and output");
  }
  const std::int64_t samples = count_of(model, path);
  const auto executable = compile_engine(model.graph, samples);
  const BatchTensors inputs(model.sample_inputs);
  const BatchTensors found = BatchTensors::outputs_of(model.graph, samples);
  executable->run(inputs.src(), found.dst());
  for (std::size_t i = 0; i < model.sample_outputs.size(); ++i) {
    const auto expected = model.sample_outputs[i].data<float>();
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const double delta =
          static_cast<double>(found.src()[i][k]) - static_cast<double>(expected[k]);
      difference += delta * delta;
      norm += static_cast<double>(expected[k]) * static_cast<double>(expected[k]);
    }
    constexpr double tolerance = 1e-3;
    if (!(difference <= tolerance * tolerance * norm)) {
      throw ModelError(path.string() + ":/samples/output_" + std::to_string(i),
                       "the model does not reproduce its sample: relative difference " +
                           std::to_string(std::sqrt(difference / norm)),
                       "the file or this build is damaged");
    }
  }
}

}  // namespace caloquant
