#pragma once

#include <map>
#include <utility>
#include <vector>

#include "graph/ir/editor.hpp"

namespace caloquant {

/// A Keras tensor as a graph value. Keras's axis order is the logical one; the value may hold it
/// with the last axis (the channels of channels_last) moved to axis 1.
struct KerasTensor {
  ValueId value{};
  bool channels_moved = false;
};

/// Moves channels between Keras's order and ours, with as few Transpose nodes as possible: a value
/// is moved once, and moving it back gives the original.
class KerasLayout {
 public:
  explicit KerasLayout(GraphEditor& editor) : editor_(editor) {}

  [[nodiscard]] std::size_t rank(const KerasTensor& tensor) const;
  /// Shape in Keras's axis order.
  [[nodiscard]] Shape shape(const KerasTensor& tensor) const;
  /// Axis of the value that holds a Keras axis.
  [[nodiscard]] std::size_t stored_axis(const KerasTensor& tensor, std::size_t keras_axis) const;

  /// The same tensor in Keras's own order.
  KerasTensor in_keras_order(const KerasTensor& tensor);
  /// The same tensor with the last axis at axis 1. Below three axes the orders are one.
  KerasTensor with_channels_moved(const KerasTensor& tensor);
  /// One of the two.
  KerasTensor with_layout(const KerasTensor& tensor, bool channels_moved);

 private:
  KerasTensor transposed(const KerasTensor& tensor, bool channels_moved);

  GraphEditor& editor_;
  std::map<ValueId, ValueId> other_order_;  ///< both directions
};

}  // namespace caloquant
