#include "tests/graph/io/keras/support.hpp"

#include <algorithm>
#include <cmath>

#include "graph/exec/executor.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant::testing {

std::vector<Tensor> run_reference(const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::int64_t batch = inputs.front().shape().front();
  std::vector<std::span<const float>> sources;
  sources.reserve(inputs.size());
  for (const Tensor& input : inputs) {
    sources.push_back(input.data<float>());
  }
  std::vector<Tensor> outputs;
  for (const GraphOutput& output : graph.outputs()) {
    Shape shape = graph.value(output.value).shape;
    shape.front() = batch;
    outputs.emplace_back(DType::f32, shape);
  }
  std::vector<std::span<float>> targets;
  targets.reserve(outputs.size());
  for (Tensor& output : outputs) {
    targets.push_back(output.data<float>());
  }
  compile_reference(graph, batch)->run(sources, targets);
  return outputs;
}

Tensor read_rows(const std::filesystem::path& file, const std::string& dataset,
                 std::int64_t count) {
  const H5File source = H5File::open(file, ErrorKind::data);
  Shape shape = source.info(dataset).shape;
  shape.front() = count;
  Tensor rows(DType::f32, shape);
  source.read_rows(dataset, 0, count, rows.data<float>());
  return rows;
}

Difference difference(const Tensor& a, const Tensor& b) {
  CALOQUANT_EXPECT(a.size() == b.size());
  Difference result;
  const auto left = a.data<float>();
  const auto right = b.data<float>();
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto expected = static_cast<double>(right[i]);
    const double distance = std::fabs(static_cast<double>(left[i]) - expected);
    result.largest = std::isnan(distance) ? distance : std::max(result.largest, distance);
    result.scale = std::max(result.scale, std::fabs(expected));
  }
  return result;
}

}  // namespace caloquant::testing
