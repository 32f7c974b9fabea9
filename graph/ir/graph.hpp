#pragma once

#include <caloquant/energy_units.hpp>
#include <caloquant/qparams.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/core/tensor.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

/// Index of a value or a node of one graph. Not interchangeable.
enum class ValueId : std::uint32_t {};
enum class NodeId : std::uint32_t {};

/// A tensor in the graph: an input, a constant or the dst of a node.
struct Value {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;                             ///< the batch is `dynamic`
  std::shared_ptr<const Tensor> constant;  ///< weights, bias, ...; null for what is computed
};

/// One operator. With `quant` it computes in integers: src is quantized by quant->src, the weights
/// constant is s8 with quant->weight_scales, sums are exact s32, bias stays f32, dst is f32.
/// Without it everything is f32. Which tensors really travel as integers is the executor's
/// business.
struct Node {
  std::string name;  ///< stable, unique: the name users write in op_name_dict
  Op op;
  std::vector<ValueId> inputs;
  ValueId output{};
  std::optional<LayerQuant> quant;
};

struct GraphOutput {
  std::string name;
  ValueId value{};
};

/// A network: nodes in topological order, single output per node. Const for everybody but
/// GraphEditor (graph/ir/editor.hpp), the only mutator. Copies are cheap: constants are shared.
class Graph {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }
  [[nodiscard]] const std::vector<ValueId>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<GraphOutput>& outputs() const { return outputs_; }
  [[nodiscard]] const EnergyUnits& output_units() const { return units_; }

  [[nodiscard]] const Value& value(ValueId id) const {
    return values_.at(static_cast<std::size_t>(id));
  }
  [[nodiscard]] const Node& node(NodeId id) const {
    return nodes_.at(static_cast<std::size_t>(id));
  }
  /// The node of that name, or null.
  [[nodiscard]] const Node* find(const std::string& name) const;
  /// The node that computes `id`, or null for an input or a constant.
  [[nodiscard]] const Node* producer(ValueId id) const;
  /// Nodes that read `id`, in order; a node that reads it twice is there once.
  [[nodiscard]] std::vector<NodeId> consumers(ValueId id) const;
  [[nodiscard]] bool is_output(ValueId id) const;
  /// Constant input `index` of a node, or null when the node has no such input.
  [[nodiscard]] const Tensor* constant(const Node& node, std::size_t index) const;
  [[nodiscard]] std::vector<Shape> input_shapes(const Node& node) const;
  /// Elements in all constants: the number of parameters.
  [[nodiscard]] std::int64_t parameter_count() const;

 private:
  friend class GraphEditor;
  std::string name_ = "graph";
  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<ValueId> inputs_;
  std::vector<GraphOutput> outputs_;
  EnergyUnits units_;
};

}  // namespace caloquant
