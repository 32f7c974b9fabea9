#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// The only way to make or change a graph. Edits may leave dead values and nodes behind; finish()
/// sorts topologically, drops what no output needs, renews every shape and checks the invariants.
///
///   GraphEditor editor("net");
///   const ValueId x = editor.add_input("x", {dynamic, 4});
///   const ValueId y = editor.add_node("act", Eltwise{}, {x});
///   editor.add_output("y", y);
///   const Graph graph = editor.finish();
class GraphEditor {
 public:
  explicit GraphEditor(std::string name);
  explicit GraphEditor(Graph graph);

  [[nodiscard]] const Graph& graph() const { return graph_; }

  ValueId add_input(std::string name, Shape shape);
  ValueId add_constant(std::string name, Tensor tensor);
  ValueId add_constant(std::string name, std::shared_ptr<const Tensor> tensor);
  /// Appends a node and returns its dst value, named like the node. The shape is inferred at once:
  /// throws ModelError with place "layer 'name'" when it does not fit. Node names must be unique
  /// (unique_name() makes one).
  ValueId add_node(std::string name, Op op, std::vector<ValueId> inputs);
  void add_output(std::string name, ValueId value);
  void clear_outputs();
  void set_output_units(EnergyUnits units);

  /// Names that nodes to come will have by right: unique_name() gives them to nobody else.
  void reserve_names(std::set<std::string> names) { reserved_ = std::move(names); }
  /// A name that no node has and none will have by right: the wish, or with a number behind it.
  [[nodiscard]] std::string unique_name(const std::string& wish) const;
  /// The same for a node that has the wish by right: it gets it unless another node has it already.
  [[nodiscard]] std::string own_name(const std::string& wish) const;
  [[nodiscard]] const Shape& shape(ValueId value) const { return graph_.value(value).shape; }

  /// Reads of `from` (by nodes and graph outputs) become reads of `to`.
  void replace_uses(ValueId from, ValueId to);
  void set_op(NodeId node, Op op);
  /// Another operator in the place of a node, which keeps its name and its dst; the shape of dst is
  /// inferred at once, as by add_node().
  void replace_node(NodeId node, Op op, std::vector<ValueId> inputs);
  void set_input(NodeId node, std::size_t index, ValueId value);
  void set_inputs(NodeId node, std::vector<ValueId> inputs);
  /// Makes the node compute in integers: `weights` is the s8 form of its input 1.
  void set_quant(NodeId node, LayerQuant quant, std::shared_ptr<const Tensor> weights);

  /// Hands the graph out. Throws ModelError for a cycle or a shape that does not fit.
  Graph finish();

 private:
  void sort_topologically();
  void drop_unused();

  Graph graph_;
  std::set<std::string> reserved_;
};

/// Invariants: ids in range, unique names, topological order, shapes as inferred, quantized nodes
/// with s8 weights and as many scales as they need. Throws ModelError naming the node.
void verify(const Graph& graph);

}  // namespace caloquant
