#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/ir/graph.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

/// The shape of a value of the graph for `batch` events.
[[nodiscard]] Shape batch_shape(const Graph& graph, ValueId value, std::int64_t batch);

/// Memory of one batch for some values of a graph, f32 [batch, ...] each and 0 at first, in the
/// forms that an Executable takes.
class BatchTensors {
 public:
  BatchTensors(const Graph& graph, std::span<const ValueId> values, std::int64_t batch);
  explicit BatchTensors(std::vector<Tensor> tensors);  ///< equal first extents
  [[nodiscard]] static BatchTensors inputs_of(const Graph& graph, std::int64_t batch);
  [[nodiscard]] static BatchTensors outputs_of(const Graph& graph, std::int64_t batch);

  // Spans point into the tensors, which stay where they are when this is moved.
  BatchTensors(BatchTensors&&) noexcept = default;
  BatchTensors& operator=(BatchTensors&&) noexcept = default;
  BatchTensors(const BatchTensors&) = delete;
  BatchTensors& operator=(const BatchTensors&) = delete;
  ~BatchTensors() = default;

  [[nodiscard]] const std::vector<Tensor>& tensors() const { return tensors_; }
  [[nodiscard]] std::vector<Tensor> take() && { return std::move(tensors_); }
  /// To read and to write the whole batch.
  [[nodiscard]] std::span<const std::span<const float>> src() const { return src_; }
  [[nodiscard]] std::span<const std::span<float>> dst() const { return dst_; }
  /// The first `events` of the batch.
  [[nodiscard]] std::vector<std::span<float>> first(std::int64_t events) const;

 private:
  std::vector<Tensor> tensors_;
  std::vector<std::span<const float>> src_;
  std::vector<std::span<float>> dst_;
};

}  // namespace caloquant
