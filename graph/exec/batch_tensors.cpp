#include "graph/exec/batch_tensors.hpp"

#include <utility>

namespace caloquant {
namespace {

std::vector<Tensor> empty_tensors(const Graph& graph, std::span<const ValueId> values,
                                  std::int64_t batch) {
  std::vector<Tensor> tensors;
  tensors.reserve(values.size());
  for (const ValueId value : values) {
    tensors.emplace_back(DType::f32, batch_shape(graph, value, batch));
  }
  return tensors;
}

}  // namespace

Shape batch_shape(const Graph& graph, ValueId value, std::int64_t batch) {
  Shape shape = graph.value(value).shape;
  shape.front() = batch;
  return shape;
}

BatchTensors::BatchTensors(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  src_.reserve(tensors_.size());
  dst_.reserve(tensors_.size());
  for (Tensor& tensor : tensors_) {
    dst_.push_back(tensor.data<float>());
    src_.emplace_back(dst_.back());
  }
}

BatchTensors::BatchTensors(const Graph& graph, std::span<const ValueId> values, std::int64_t batch)
    : BatchTensors(empty_tensors(graph, values, batch)) {}

BatchTensors BatchTensors::inputs_of(const Graph& graph, std::int64_t batch) {
  return {graph, graph.inputs(), batch};
}

BatchTensors BatchTensors::outputs_of(const Graph& graph, std::int64_t batch) {
  std::vector<ValueId> values;
  values.reserve(graph.outputs().size());
  for (const GraphOutput& output : graph.outputs()) {
    values.push_back(output.value);
  }
  return {graph, values, batch};
}

std::vector<std::span<float>> BatchTensors::first(std::int64_t events) const {
  std::vector<std::span<float>> rows;
  rows.reserve(tensors_.size());
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const std::int64_t per_event = tensors_[i].size() / tensors_[i].shape().front();
    rows.push_back(dst_[i].first(static_cast<std::size_t>(per_event * events)));
  }
  return rows;
}

}  // namespace caloquant
