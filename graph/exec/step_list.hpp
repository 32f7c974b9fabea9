#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/exec/lowered_graph.hpp"

namespace caloquant {

/// A lowered graph while it grows: buffers of values in their formats, the steps that fill them,
/// and the conversions from one format to another.
class StepList {
 public:
  /// The graph must outlive it.
  StepList(const Graph& graph, std::int64_t batch) : graph_(graph) { result_.batch = batch; }

  /// The shape of a value with the batch.
  [[nodiscard]] Shape logical(ValueId value) const;
  [[nodiscard]] const Buffer& buffer(BufferId id) const { return result_.buffers[id]; }
  [[nodiscard]] std::optional<BufferId> find(ValueId value, const StorageFormat& format) const;

  BufferId add_buffer(ValueId value, const StorageFormat& format,
                      std::optional<BufferId> alias = {});
  /// Returns `dst`.
  BufferId add_step(const std::string& layer, std::string op, Work work, std::vector<BufferId> src,
                    BufferId dst);
  /// The value in that format, converted from what there is.
  BufferId ensure(ValueId value, const StorageFormat& format);

  void add_input(ValueId value) {
    result_.inputs.push_back(add_buffer(value, {Layout::plain, {}, {}}));
  }
  /// In a buffer that belongs to this output alone, so that run() may write to the caller's memory.
  void add_output(const GraphOutput& output);
  [[nodiscard]] LoweredGraph take() && { return std::move(result_); }

 private:
  /// A plain or channels-last buffer of the value with these quantization parameters, or f32.
  [[nodiscard]] std::optional<BufferId> find_cells(ValueId value,
                                                   const std::optional<QuantParams>& quant,
                                                   Layout first) const;
  BufferId change_layout(const std::string& name, BufferId src, const StorageFormat& format);

  const Graph& graph_;
  LoweredGraph result_;
};

}  // namespace caloquant
