#include "graph/exec/lowering.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <map>
#include <numeric>
#include <utility>

#include "graph/exec/fusion.hpp"
#include "ops/core/overloaded.hpp"

namespace caloquant {
namespace {

/// memory axis k of channels-last is logical axis channels_last_axes(rank)[k]
std::vector<std::int64_t> channels_last_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
  return axes;
}

std::vector<std::int64_t> plain_axes_from_channels_last(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::rotate(axes.begin() + 1, axes.end() - 1, axes.end());
  return axes;
}

/// Which memory order an operator computes in.
class Layouts {
 public:
  explicit Layouts(const Graph& graph) : graph_(graph) {
    for (const Node& node : graph.nodes()) {
      layouts_[node.output] = of_node(node);
    }
  }
  [[nodiscard]] Layout of(ValueId value) const {
    const auto found = layouts_.find(value);
    return found == layouts_.end() ? Layout::plain : found->second;
  }
  /// The order in which `node` wants its inputs and gives its output.
  [[nodiscard]] Layout of_node(const Node& node) const {
    const std::size_t rank = graph_.value(node.inputs.front()).shape.size();
    const Layout spatial = rank >= 3 ? Layout::channels_last : Layout::plain;
    return std::visit(Overloaded{
                          [&](const Conv&) { return Layout::channels_last; },
                          [&](const UpsampleNearest&) { return Layout::channels_last; },
                          [&](const Pool&) { return Layout::channels_last; },
                          [&](const Pad&) { return spatial; },
                          [&](const Affine&) { return spatial; },
                          [&](const Eltwise&) { return of(node.inputs.front()); },
                          [&](const Identity&) { return of(node.inputs.front()); },
                          [&](const Add&) { return of(node.inputs.front()); },
                          [&](const Concat&) { return of(node.inputs.front()); },
                          [&](const auto&) { return Layout::plain; },
                      },
                      node.op);
  }

 private:
  const Graph& graph_;
  std::map<ValueId, Layout> layouts_;
};

class Lowering {
 public:
  Lowering(const Graph& graph, std::int64_t batch)
      : graph_(graph), layouts_(graph), fusion_(fuse_epilogues(graph)) {
    result_.batch = batch;
  }

  LoweredGraph run() {
    collect_demands();
    for (const ValueId input : graph_.inputs()) {
      result_.inputs.push_back(add_buffer(input, {Layout::plain, {}}));
    }
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      if (fusion_.absorbed.count(id) == 0 && !demands_[dst_of(id)].empty()) {
        emit(id);
      }
    }
    for (const GraphOutput& output : graph_.outputs()) {
      result_.outputs.push_back(own_output(output));
    }
    return std::move(result_);
  }

 private:
  using Demand = std::optional<QuantParams>;  ///< none: f32

  [[nodiscard]] ValueId dst_of(NodeId id) const {
    const auto layer = fusion_.layers.find(id);
    return layer == fusion_.layers.end() ? graph_.node(id).output : layer->second.dst;
  }

  void demand(ValueId value, const Demand& form) {
    auto& list = demands_[value];
    if (std::find(list.begin(), list.end(), form) == list.end()) {
      list.push_back(form);
    }
  }

  /// From the outputs backwards: in which types does somebody want each value?
  void collect_demands() {
    for (const GraphOutput& output : graph_.outputs()) {
      demand(output.value, {});
    }
    for (std::size_t i = graph_.nodes().size(); i-- > 0;) {
      const auto id = static_cast<NodeId>(i);
      const Node& node = graph_.node(id);
      if (fusion_.absorbed.count(id) > 0) {
        continue;
      }
      const std::vector<Demand> wanted = demands_[dst_of(id)];
      if (wanted.empty()) {
        continue;
      }
      if (only_moves_cells(node.op)) {
        for (const Demand& form : wanted) {
          demand(node.inputs[0], form);
        }
      } else if (is_quantizable(node.op)) {
        demand(node.inputs[0], node.quant ? Demand{node.quant->src} : Demand{});
      } else {
        for (const ValueId input : node.inputs) {
          demand(input, {});
        }
      }
    }
  }

  [[nodiscard]] Shape with_batch(Shape shape) const {
    if (!shape.empty() && shape.front() == dynamic) {
      shape.front() = result_.batch;
    }
    return shape;
  }
  [[nodiscard]] Shape logical(ValueId value) const { return with_batch(graph_.value(value).shape); }

  BufferId add_buffer(ValueId value, const Form& form, std::optional<BufferId> alias = {}) {
    result_.buffers.push_back({value, form, memory_shape(logical(value), form.layout), alias});
    return result_.buffers.size() - 1;
  }

  [[nodiscard]] std::optional<BufferId> find(ValueId value, const Form& form) const {
    for (BufferId id = 0; id < result_.buffers.size(); ++id) {
      if (result_.buffers[id].value == value && result_.buffers[id].form == form) {
        return id;
      }
    }
    return std::nullopt;
  }

  BufferId add_step(const std::string& layer, std::string op, Work work, std::vector<BufferId> src,
                    BufferId dst) {
    result_.steps.push_back({layer, std::move(op), std::move(work), std::move(src), dst});
    return dst;
  }

  /// The value in that form, converted from what there is.
  BufferId ensure(ValueId value, const Form& form) {
    if (const auto found = find(value, form)) {
      return *found;
    }
    const Layout other = form.layout == Layout::plain ? Layout::channels_last : Layout::plain;
    const Node* producer = graph_.producer(value);
    const std::string name = producer != nullptr ? producer->name : graph_.value(value).name;
    if (const auto same_type = find(value, {other, form.quant})) {
      return change_layout(name, *same_type, form);
    }
    CALOQUANT_EXPECT(form.quant.has_value());
    if (const auto f32 = find(value, {form.layout, {}})) {
      return add_step(name, "quantize", QuantizeWork{*form.quant}, {*f32}, add_buffer(value, form));
    }
    const BufferId f32 = *find(value, {other, {}});
    const BufferId quantized = add_step(name, "quantize", QuantizeWork{*form.quant}, {f32},
                                        add_buffer(value, {other, form.quant}));
    return change_layout(name, quantized, form);
  }

  BufferId change_layout(const std::string& name, BufferId src, const Form& form) {
    const Shape shape = result_.buffers[src].shape;
    const ValueId value = result_.buffers[src].value;
    const auto permutation = form.layout == Layout::channels_last
                                 ? channels_last_axes(shape.size())
                                 : plain_axes_from_channels_last(shape.size());
    if (keeps_memory(shape, permutation)) {
      return add_buffer(value, form, src);
    }
    return add_step(name, "reorder", TransposeWork{permutation}, {src}, add_buffer(value, form));
  }

  void emit(NodeId id) {
    const Node& node = graph_.node(id);
    if (is_quantizable(node.op)) {
      emit_layer(id);
    } else if (only_moves_cells(node.op)) {
      for (const Demand& form : demands_[node.output]) {
        emit_movement(node, {layouts_.of_node(node), form});
      }
    } else {
      emit_f32(node);
    }
  }

  void emit_layer(NodeId id) {
    const Node& node = graph_.node(id);
    const FusedLayer& fused = fusion_.layers.at(id);
    const std::vector<Demand>& wanted = demands_[fused.dst];
    const bool writes_integers = node.quant && wanted.size() == 1 && wanted.front().has_value();
    const Layout layout = layouts_.of_node(node);
    const Demand src_type = node.quant ? Demand{node.quant->src} : Demand{};
    const BufferId src = ensure(node.inputs[0], {layout, src_type});
    LayerWork work{node.op,
                   logical(node.inputs[0]),
                   logical(fused.dst),
                   graph_.value(node.inputs[1]).constant,
                   nullptr,
                   node.quant,
                   {fused.epilogue, {}},
                   DType::f32};
    if (!work.weights || (node.inputs.size() > 2 && !graph_.value(node.inputs[2]).constant)) {
      throw ModelError("layer '" + node.name + "'", "has weights or a bias that are not constant",
                       "export the model with its weights frozen");
    }
    if (node.inputs.size() > 2) {
      work.bias = graph_.value(node.inputs[2]).constant;
    }
    if (writes_integers) {
      work.epilogue.dst = wanted.front();
      work.dst_dtype = wanted.front()->dtype;
    }
    if (std::holds_alternative<Dense>(node.op)) {
      work.src = {element_count(work.src) / work.src.back(), work.src.back()};
      work.dst = {element_count(work.dst) / work.dst.back(), work.dst.back()};
    }
    const Form form{layout, writes_integers ? wanted.front() : Demand{}};
    add_step(node.name, std::string(name_of(node.op)), std::move(work), {src},
             add_buffer(fused.dst, form));
  }

  void emit_movement(const Node& node, const Form& form) {
    const BufferId src = ensure(node.inputs[0], form);
    const Shape src_shape = result_.buffers[src].shape;
    const auto step = [&](Work work) {
      add_step(node.name, std::string(name_of(node.op)), std::move(work), {src},
               add_buffer(node.output, form));
    };
    std::visit(Overloaded{
                   [&](const UpsampleNearest& op) { step(UpsampleWork{op.factors}); },
                   [&](const Transpose& op) {
                     if (keeps_memory(src_shape, op.permutation)) {
                       add_buffer(node.output, form, src);
                     } else {
                       step(TransposeWork{op.permutation});
                     }
                   },
                   [&](const Pad& op) { step(pad_work(op, form)); },
                   [&](const auto&) { add_buffer(node.output, form, src); },
               },
               node.op);
  }

  static PadWork pad_work(const Pad& pad, const Form& form) {
    // f32 zero is four zero bytes; an integer tensor is padded with its zero point.
    const auto fill = form.quant ? static_cast<std::byte>(form.quant->zero_point) : std::byte{0};
    return {memory_shape(pad.begin, form.layout), memory_shape(pad.end, form.layout), fill};
  }

  void emit_f32(const Node& node) {
    const Layout layout = layouts_.of_node(node);
    std::vector<BufferId> src;
    for (const ValueId input : node.inputs) {
      if (!graph_.value(input).constant) {
        src.push_back(ensure(input, {layout, {}}));
      }
    }
    const std::size_t rank = graph_.value(node.output).shape.size();
    const auto memory_axis = [&](std::int64_t axis) {
      const auto logical_axis = static_cast<std::size_t>(axis);
      if (layout == Layout::plain || logical_axis == 0) {
        return logical_axis;
      }
      return logical_axis == 1 ? rank - 1 : logical_axis - 1;
    };
    Work work = std::visit(
        Overloaded{
            [&](const Pool& op) -> Work { return PoolWork{op}; },
            [&](const Eltwise& op) -> Work { return EltwiseWork{op}; },
            [&](const Softmax& op) -> Work { return SoftmaxWork{memory_axis(op.axis)}; },
            [&](const Add&) -> Work { return AddWork{}; },
            [&](const Concat& op) -> Work { return ConcatWork{memory_axis(op.axis)}; },
            [&](const Affine&) -> Work {
              return AffineWork{graph_.value(node.inputs[1]).constant,
                                graph_.value(node.inputs[2]).constant};
            },
            [&](const auto&) -> Work {
              throw ModelError("layer '" + node.name + "'",
                               "'" + std::string(name_of(node.op)) + "' reached the executor",
                               "run the canonical passes first");
            },
        },
        node.op);
    add_step(node.name, std::string(name_of(node.op)), std::move(work), std::move(src),
             add_buffer(node.output, {layout, {}}));
  }

  /// A buffer that belongs to one output alone, so that run() may write to the caller's memory.
  BufferId own_output(const GraphOutput& output) {
    const BufferId buffer = ensure(output.value, {Layout::plain, {}});
    const BufferId root = result_.root(buffer);
    const auto taken = [&](const std::vector<BufferId>& others) {
      return std::any_of(others.begin(), others.end(),
                         [&](BufferId other) { return result_.root(other) == root; });
    };
    if (!taken(result_.inputs) && !taken(result_.outputs)) {
      return buffer;
    }
    return add_step(output.name, "copy", CopyWork{}, {buffer},
                    add_buffer(output.value, {Layout::plain, {}}));
  }

  const Graph& graph_;
  Layouts layouts_;
  Fusion fusion_;
  std::map<ValueId, std::vector<Demand>> demands_;
  LoweredGraph result_;
};

}  // namespace

Shape memory_shape(const Shape& logical, Layout layout) {
  Shape shape = logical;
  if (layout == Layout::channels_last && shape.size() >= 3) {
    std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  }
  return shape;
}

LoweredGraph lower(const Graph& graph, std::int64_t batch) {
  CALOQUANT_EXPECT(batch >= 1);
  return Lowering(graph, batch).run();
}

}  // namespace caloquant
