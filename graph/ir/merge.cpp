#include "graph/ir/merge.hpp"

#include <map>
#include <utility>

#include "graph/ir/editor.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

class Merger {
 public:
  explicit Merger(const Graph& first) : editor_(first.name()) {
    for (const ValueId input : first.inputs()) {
      inputs_.push_back(editor_.add_input(first.value(input).name, first.value(input).shape));
    }
    editor_.set_output_units(first.output_units());
  }

  void add(const Graph& graph, const std::string& tag) {
    CALOQUANT_EXPECT(graph.inputs().size() == inputs_.size());
    std::map<ValueId, ValueId> mapped;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      CALOQUANT_EXPECT(graph.value(graph.inputs()[i]).shape == editor_.shape(inputs_[i]));
      mapped[graph.inputs()[i]] = inputs_[i];
    }
    for (const Node& node : graph.nodes()) {
      std::vector<ValueId> inputs;
      for (const ValueId id : node.inputs) {
        const Value& value = graph.value(id);
        inputs.push_back(value.constant ? constant(value) : mapped.at(id));
      }
      mapped[node.output] = merged(node, std::move(inputs));
    }
    for (const GraphOutput& output : graph.outputs()) {
      editor_.add_output(tag + output.name, mapped.at(output.value));
    }
  }

  Graph finish() { return editor_.finish(); }

 private:
  struct Known {
    Op op;
    std::optional<LayerQuant> quant;
    ValueId dst;
  };

  ValueId constant(const Value& value) {
    const auto found = constants_.find(value.constant.get());
    if (found != constants_.end()) {
      return found->second;
    }
    const ValueId id = editor_.add_constant(value.name, value.constant);
    constants_.emplace(value.constant.get(), id);
    return id;
  }

  ValueId merged(const Node& node, std::vector<ValueId> inputs) {
    for (const Known& known : known_[inputs]) {
      if (known.op == node.op && known.quant == node.quant) {
        return known.dst;
      }
    }
    const ValueId dst = editor_.add_node(editor_.unique_name(node.name), node.op, inputs);
    if (node.quant) {
      const auto id = static_cast<NodeId>(editor_.graph().nodes().size() - 1);
      editor_.set_quant(id, *node.quant, editor_.graph().value(inputs[1]).constant);
    }
    known_[std::move(inputs)].push_back({node.op, node.quant, dst});
    return dst;
  }

  GraphEditor editor_;
  std::vector<ValueId> inputs_;
  std::map<const Tensor*, ValueId> constants_;
  std::map<std::vector<ValueId>, std::vector<Known>> known_;
};

}  // namespace

Graph merge_graphs(const std::vector<Graph>& graphs) {
  CALOQUANT_EXPECT(!graphs.empty());
  Merger merger(graphs.front());
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    merger.add(graphs[i], std::to_string(i) + "/");
  }
  return merger.finish();
}

}  // namespace caloquant
