#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/io/keras/layout.hpp"
#include "graph/io/keras/model.hpp"
#include "graph/io/keras/options.hpp"
#include "graph/io/keras/weights.hpp"

namespace caloquant {

/// One call of one Keras layer, for the functions that translate it into nodes.
struct KerasCall {
  GraphEditor& editor;
  KerasLayout& layout;
  const KerasLayer& layer;
  const KerasOptions& options;
  std::string name;  ///< of the layer's first node
  std::vector<KerasTensor> inputs;
  /// The layer's weight as a graph constant, brought from Keras's axis order to ours by `convert`.
  using Convert = Tensor (*)(const Tensor&);
  std::function<ValueId(const std::string& kind, const Shape& keras_shape, Convert convert)> weight;

  [[noreturn]] void fail(const std::string& problem) const;
  /// The only input; throws ModelError when there is not exactly one.
  [[nodiscard]] const KerasTensor& input() const;
  /// The only input of a layer with `axes` spatial axes, channels at axis 1 as data_format says.
  [[nodiscard]] KerasTensor spatial_input(std::size_t axes) const;
  /// data_format is channels_last (also the default).
  [[nodiscard]] bool channels_last() const;
  /// A Keras axis (negative counts from the end) as 0..rank-1; throws ModelError outside.
  [[nodiscard]] std::size_t axis(const char* key, std::int64_t value, std::size_t rank) const;

  /// Adds a node called like the layer's first and `suffix`.
  ValueId add_node(const std::string& suffix, Op op, std::vector<ValueId> srcs) const;
  [[nodiscard]] KerasTensor add(Op op, const KerasTensor& src) const;
  [[nodiscard]] KerasTensor add(const std::string& suffix, Op op, const KerasTensor& src) const;
};

/// Padding of one axis.
struct KerasPads {
  Shape begin;
  Shape end;
};
/// TensorFlow's rule: dst = ceil(src / stride), what is missing goes half to each side, the odd
/// cell to the end. `padding` is "valid", "same" or (1-D convolutions) "causal".
[[nodiscard]] KerasPads keras_pads(const KerasCall& call, const Shape& src, const Shape& kernel,
                                   const Shape& strides, const Shape& dilations);

/// Applies the function that an Activation layer or an "activation" option names: a text or a
/// serialized object. `suffix` names the node ("" for the layer's own).
[[nodiscard]] KerasTensor apply_activation(const KerasCall& call, const KerasTensor& src,
                                           const std::string& suffix);

using KerasTranslator = KerasTensor (*)(const KerasCall&);

KerasTensor translate_dense(const KerasCall& call);
KerasTensor translate_conv(const KerasCall& call);
KerasTensor translate_batch_norm(const KerasCall& call);

KerasTensor translate_up_sampling(const KerasCall& call);
KerasTensor translate_zero_padding(const KerasCall& call);
KerasTensor translate_pooling(const KerasCall& call);
KerasTensor translate_global_pooling(const KerasCall& call);

KerasTensor translate_reshape(const KerasCall& call);
KerasTensor translate_permute(const KerasCall& call);
KerasTensor translate_flatten(const KerasCall& call);
KerasTensor translate_add(const KerasCall& call);
KerasTensor translate_concatenate(const KerasCall& call);
KerasTensor translate_identity(const KerasCall& call);

KerasTensor translate_activation(const KerasCall& call);
KerasTensor translate_relu(const KerasCall& call);
KerasTensor translate_leaky_relu(const KerasCall& call);
KerasTensor translate_elu(const KerasCall& call);
KerasTensor translate_softmax(const KerasCall& call);

/// The function for a Keras class, or null.
[[nodiscard]] KerasTranslator find_keras_translator(const std::string& class_name);
/// "Activation, Add, ...", for messages.
[[nodiscard]] std::string supported_keras_layers();

}  // namespace caloquant
