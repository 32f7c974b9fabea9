#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/io/import/imported_layers.hpp"
#include "graph/io/onnx/model.hpp"
#include "graph/io/tensorflow/inline_functions.hpp"
#include "graph/io/tensorflow/variables.hpp"

namespace caloquant::tensorflow {

/// A TensorFlow tensor as a value of the ONNX model that is built.
struct Value {
  std::string name;
  int rank = -1;                ///< -1: unknown
  std::int64_t length = -1;     ///< of a list (rank 1), where it is known
  bool channels_first = false;  ///< [N, C, ...] where TensorFlow has [N, ..., C]
  std::shared_ptr<const onnx::Array> constant;
  std::vector<std::int64_t> entries;  ///< of a list put together by Pack; -1: not a constant
  std::string variable;               ///< a handle: the variable's name
  std::ptrdiff_t producer = -1;       ///< number of the ONNX node that computes it
};

/// From a flat program to an ONNX model (opset 13), node by node. Convolutions and what stands
/// between them stay channels first; a Transpose is put in where TensorFlow sees its own order.
class Translation {
 public:
  /// `variables` may be null: of a frozen graph.
  Translation(const FlatProgram& program, const Variables* variables);

  onnx::Model run();
  /// After run(): what the nodes of the flat program compute, `value` being a tensor of the ONNX
  /// model. Beside its own name the last node of a scope has that of the scope, which is how Keras
  /// called the layer.
  [[nodiscard]] ImportedLayers layers() const;

  // For the functions that translate operators.

  [[noreturn]] void fail(const Node& node, const std::string& problem,
                         const std::string& remedy = {}) const;
  void require(bool condition, const Node& node, const std::string& problem) const;

  [[nodiscard]] const Value& input(const Node& node, std::size_t index) const;
  /// A constant input as integers.
  [[nodiscard]] std::vector<std::int64_t> integers(const Node& node, std::size_t index) const;
  /// The entries of a list of `count` integers, -1 for those that are computed.
  [[nodiscard]] static std::vector<std::int64_t> known_entries(const Value& list,
                                                               std::size_t count);
  /// Does nobody but `node` read input `index`, also under the names that identities give it?
  [[nodiscard]] bool sole_reader(const Node& node, std::size_t index) const;
  [[nodiscard]] onnx::Array variable(const Node& node, const std::string& name) const;

  /// The value in TensorFlow's own order, and channels first (rank known).
  Value plain(const Value& value);
  Value first(const Node& node, const Value& value);
  /// The value with extents of 1 in front up to `rank` axes; its own rank must be known. In
  /// TensorFlow's order.
  Value with_leading_ones(const Node& node, const Value& value, int rank);

  /// Adds a node with one output, or several.
  Value add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
            std::vector<onnx::Attribute> attributes = {});
  std::vector<Value> add_outputs(const std::string& op, const std::string& name,
                                 const std::vector<std::string>& inputs,
                                 std::vector<onnx::Attribute> attributes, std::size_t outputs);
  Value constant(const std::string& name, onnx::Array array);
  std::string list(const std::string& name, const std::vector<std::int64_t>& values);
  /// The ONNX node that computes a value, or null.
  [[nodiscard]] onnx::NodeDef* producer(const Value& value);
  /// "conv3d_1" for "model/conv3d_1/Conv3D": what Keras called the layer; the whole name where that
  /// is taken.
  [[nodiscard]] std::string layer_name(const Node& node);

 private:
  /// A name that no value has, and one that no node has.
  std::string value_name(const std::string& wish);
  std::string node_name(const std::string& wish);
  void add_inputs();
  void add_outputs();
  void add_output(const Endpoint& output, const Value& value);
  void translate(const Node& node);

  const FlatProgram& program_;
  const Variables* variables_;
  onnx::Model model_;
  std::map<std::string, std::vector<Value>> values_;  ///< by flat node
  std::map<std::string, std::size_t> readers_;        ///< by flat tensor
  std::map<std::string, const Node*> nodes_;          ///< of the program, by name
  std::map<std::string, std::size_t> value_names_;    ///< with the number of the last one like it
  std::map<std::string, std::size_t> node_names_;
};

/// The value with rank and order of another.
[[nodiscard]] Value like(Value value, const Value& src);

/// Axis of TensorFlow's order in channels-first order.
[[nodiscard]] std::int64_t moved_axis(std::int64_t axis, int rank);

// One family of operators per file; each returns the outputs of the node.
using Outputs = std::vector<Value>;
using Translator = Outputs (*)(Translation&, const Node&);

// translate_layers.cpp
Outputs translate_conv(Translation& out, const Node& node);
Outputs translate_conv_transpose(Translation& out, const Node& node);
Outputs translate_matmul(Translation& out, const Node& node);
Outputs translate_bias_add(Translation& out, const Node& node);
Outputs translate_batch_norm(Translation& out, const Node& node);
Outputs translate_pool(Translation& out, const Node& node);

// translate_pointwise.cpp
Outputs translate_unary(Translation& out, const Node& node);
Outputs translate_relu6(Translation& out, const Node& node);
Outputs translate_rsqrt(Translation& out, const Node& node);
Outputs translate_square(Translation& out, const Node& node);
Outputs translate_binary(Translation& out, const Node& node);
Outputs translate_clip(Translation& out, const Node& node);
Outputs translate_sum(Translation& out, const Node& node);
Outputs translate_softmax(Translation& out, const Node& node);

// translate_values.cpp
Outputs translate_const(Translation& out, const Node& node);
Outputs translate_handle(Translation& out, const Node& node);
Outputs translate_read_variable(Translation& out, const Node& node);
Outputs translate_identity(Translation& out, const Node& node);
Outputs translate_cast(Translation& out, const Node& node);

// translate_shape.cpp
Outputs translate_shape(Translation& out, const Node& node);
Outputs translate_reshape(Translation& out, const Node& node);
Outputs translate_strided_slice(Translation& out, const Node& node);
Outputs translate_pack(Translation& out, const Node& node);
Outputs translate_expand_dims(Translation& out, const Node& node);
Outputs translate_squeeze(Translation& out, const Node& node);
Outputs translate_transpose(Translation& out, const Node& node);

// translate_movement.cpp
Outputs translate_split(Translation& out, const Node& node);
Outputs translate_concat(Translation& out, const Node& node);
Outputs translate_pad(Translation& out, const Node& node);
Outputs translate_tile(Translation& out, const Node& node);
Outputs translate_reduce(Translation& out, const Node& node);
Outputs translate_resize(Translation& out, const Node& node);

}  // namespace caloquant::tensorflow
