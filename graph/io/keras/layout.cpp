#include "graph/io/keras/layout.hpp"

#include <algorithm>
#include <numeric>

namespace caloquant {

std::size_t KerasLayout::rank(const KerasTensor& tensor) const {
  return editor_.shape(tensor.value).size();
}

Shape KerasLayout::shape(const KerasTensor& tensor) const {
  Shape result;
  for (std::size_t axis = 0; axis < rank(tensor); ++axis) {
    result.push_back(editor_.shape(tensor.value)[stored_axis(tensor, axis)]);
  }
  return result;
}

std::size_t KerasLayout::stored_axis(const KerasTensor& tensor, std::size_t keras_axis) const {
  if (!tensor.channels_moved || keras_axis == 0) {
    return keras_axis;
  }
  return keras_axis + 1 == rank(tensor) ? 1 : keras_axis + 1;
}

KerasTensor KerasLayout::in_keras_order(const KerasTensor& tensor) {
  return with_layout(tensor, false);
}

KerasTensor KerasLayout::with_channels_moved(const KerasTensor& tensor) {
  return with_layout(tensor, true);
}

KerasTensor KerasLayout::with_layout(const KerasTensor& tensor, bool channels_moved) {
  if (tensor.channels_moved == channels_moved || rank(tensor) < 3) {
    return tensor;
  }
  const auto known = other_order_.find(tensor.value);
  return known == other_order_.end() ? transposed(tensor, channels_moved)
                                     : KerasTensor{known->second, channels_moved};
}

KerasTensor KerasLayout::transposed(const KerasTensor& tensor, bool channels_moved) {
  std::vector<std::int64_t> permutation(rank(tensor));
  std::iota(permutation.begin(), permutation.end(), 0);
  // Channels move from the last axis to axis 1, or from axis 1 to the last.
  if (channels_moved) {
    std::rotate(permutation.begin() + 1, permutation.end() - 1, permutation.end());
  } else {
    std::rotate(permutation.begin() + 1, permutation.begin() + 2, permutation.end());
  }
  const std::string name = editor_.graph().value(tensor.value).name +
                           (channels_moved ? "/to_channels_first" : "/to_channels_last");
  const ValueId value =
      editor_.add_node(editor_.unique_name(name), Transpose{permutation}, {tensor.value});
  other_order_[tensor.value] = value;
  other_order_[value] = tensor.value;
  return {value, channels_moved};
}

}  // namespace caloquant
