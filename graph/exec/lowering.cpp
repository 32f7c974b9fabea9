#include "graph/exec/lowering.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <map>
#include <utility>

#include "graph/exec/fusion.hpp"
#include "graph/exec/node_work.hpp"
#include "graph/exec/step_list.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/kernels/direct/direct_layer.hpp"

namespace caloquant {
namespace {

class Lowering {
 public:
  Lowering(const Graph& graph, std::int64_t batch, const LoweringOptions& options)
      : graph_(graph),
        options_(options),
        layouts_(graph),
        fusion_(fuse_epilogues(graph)),
        list_(graph, batch) {}

  LoweredGraph run() {
    choose_kinds();
    collect_demands();
    for (const ValueId input : graph_.inputs()) {
      list_.add_input(input);
    }
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      if (fusion_.absorbed.count(id) == 0 && !demands_[dst_of(id)].empty()) {
        emit(id);
      }
    }
    for (const GraphOutput& output : graph_.outputs()) {
      list_.add_output(output);
    }
    return std::move(list_).take();
  }

 private:
  [[nodiscard]] ValueId dst_of(NodeId id) const {
    const auto layer = fusion_.layers.find(id);
    return layer == fusion_.layers.end() ? graph_.node(id).output : layer->second.dst;
  }

  [[nodiscard]] LayerKind kind_of(NodeId id) const {
    const auto kind = kinds_.find(id);
    return kind == kinds_.end() ? LayerKind::library : kind->second;
  }

  void choose_kinds() {
    if (!options_.choose) {
      return;
    }
    for (auto& [id, layer] : fusion_.layers) {
      const Node& node = graph_.node(id);
      const auto* conv = std::get_if<Conv>(&node.op);
      if (conv == nullptr || graph_.constant(node, 1) == nullptr) {
        continue;
      }
      LayerWork work = layer_work(id);
      work.src.front() = 1;
      work.dst.front() = 1;
      const auto reader = phases_behind(layer);
      const LayerQuestion question{
          node,
          graph_.value(node.inputs[0]).shape,
          graph_.value(node.output).shape,
          direct_supports(*conv, work.epilogue, DirectVariant::rows),
          direct_supports(*conv, work.epilogue, DirectVariant::channels),
          direct_supports(*conv, work.epilogue, DirectVariant::planes),
          joining_saves_lanes(*conv, work.weights->shape(),
                              lane_of(src_quant(node), options_.int8_lane)),
          work,
          reader ? std::get_if<DepthToSpace>(&graph_.node(*reader).op) : nullptr};
      kinds_[id] = options_.choose(question);
      if (kinds_[id] == LayerKind::direct_channels && reader) {
        take_over_phases(layer, *reader);
      }
    }
  }

  /// A DepthToSpace that alone reads the layer.
  [[nodiscard]] std::optional<NodeId> phases_behind(const FusedLayer& layer) const {
    const std::vector<NodeId> readers = graph_.consumers(layer.dst);
    const bool alone = readers.size() == 1 && !graph_.is_output(layer.dst) &&
                       std::holds_alternative<DepthToSpace>(graph_.node(readers[0]).op);
    return alone ? std::optional(readers[0]) : std::nullopt;
  }

  /// It becomes part of the layer's store.
  void take_over_phases(FusedLayer& layer, NodeId reader) {
    layer.phases = triple_of(std::get<DepthToSpace>(graph_.node(reader).op).factors, 1);
    layer.before_phases = layer.dst;
    layer.dst = graph_.node(reader).output;
    fusion_.absorbed.insert(reader);
  }

  void demand(ValueId value, const StorageFormat& format) {
    auto& list = demands_[value];
    if (std::find(list.begin(), list.end(), format) == list.end()) {
      list.push_back(format);
    }
  }

  /// From the outputs backwards: in which formats does somebody want each value?
  void collect_demands() {
    for (const GraphOutput& output : graph_.outputs()) {
      demand(output.value, {Layout::plain, {}, {}});
    }
    for (std::size_t i = graph_.nodes().size(); i-- > 0;) {
      const auto id = static_cast<NodeId>(i);
      const Node& node = graph_.node(id);
      if (fusion_.absorbed.count(id) > 0) {
        continue;
      }
      const std::vector<StorageFormat> wanted = demands_[dst_of(id)];
      if (wanted.empty()) {
        continue;
      }
      if (only_moves_cells(node.op)) {
        for (const StorageFormat& format : wanted) {
          demand(node.inputs[0], {layouts_.of_node(node), format.quant, {}});
        }
      } else if (is_quantizable(node.op)) {
        demand(node.inputs[0], src_format(id));
      } else {
        for (const ValueId input : node.inputs) {
          demand(input, {layouts_.of_node(node), {}, {}});
        }
      }
    }
  }

  /// How a layer wants its src.
  [[nodiscard]] StorageFormat src_format(NodeId id) const {
    const Node& node = graph_.node(id);
    const auto quant = src_quant(node);
    if (kind_of(id) == LayerKind::library) {
      return {layouts_.of_node(node), quant, {}};
    }
    const auto& conv = std::get<Conv>(node.op);
    return {Layout::packed,
            quant,
            {lane_of(quant, options_.int8_lane), triple_of(conv.pads_begin, 0),
             triple_of(conv.pads_end, 0), reads_joined_lanes(kind_of(id))}};
  }

  void emit(NodeId id) {
    const Node& node = graph_.node(id);
    if (is_quantizable(node.op)) {
      emit_layer(id);
    } else if (only_moves_cells(node.op)) {
      for (const StorageFormat& format : demands_[node.output]) {
        const StorageFormat here{layouts_.of_node(node), format.quant, {}};
        if (!list_.find(node.output, here)) {
          emit_movement(node, here);
        }
      }
    } else {
      emit_f32(node);
    }
  }

  /// What a layer's step needs, whatever it stores.
  LayerWork layer_work(NodeId id) {
    const Node& node = graph_.node(id);
    const FusedLayer& fused = fusion_.layers.at(id);
    LayerWork work;
    work.op = node.op;
    work.src = list_.logical(node.inputs[0]);
    work.dst = list_.logical(fused.before_phases.value_or(fused.dst));
    work.weights = graph_.value(node.inputs[1]).constant;
    if (node.quant) {
      set_quant(work, *node.quant);
    }
    work.epilogue = {fused.epilogue, {}};
    work.kind = kind_of(id);
    work.phases = fused.phases;
    if (!work.weights || (node.inputs.size() > 2 && !graph_.value(node.inputs[2]).constant)) {
      throw ModelError("layer '" + node.name + "'", "has weights or a bias that are not constant",
                       "export the model with its weights frozen");
    }
    if (node.inputs.size() > 2) {
      work.bias = graph_.value(node.inputs[2]).constant;
    }
    if (std::holds_alternative<Dense>(node.op)) {
      work.plain = options_.plain_dense;
      work.src = {element_count(work.src) / work.src.back(), work.src.back()};
      work.dst = {element_count(work.dst) / work.dst.back(), work.dst.back()};
    }
    return work;
  }

  static void set_quant(LayerWork& work, const LayerQuant& quant) {
    work.precision = precision_of(quant);
    if (is_integer(quant.src)) {
      work.quant = quant;
    } else if (work.weights) {
      work.weights = std::make_shared<const Tensor>(dequantized_weights(*work.weights, quant));
    }
  }

  /// A library kernel rounds its requantization in an order of its own, so it stores each wanted
  /// integer format itself: what a reader gets must not depend on what others want. A direct kernel
  /// computes exactly quantize(f32 result), so it may store f32 for all when there are several.
  void emit_layer(NodeId id) {
    const Node& node = graph_.node(id);
    const FusedLayer& fused = fusion_.layers.at(id);
    const std::vector<StorageFormat>& wanted = demands_[fused.dst];
    if (kind_of(id) != LayerKind::library) {
      const bool one = wanted.size() == 1 && wanted.front().layout == Layout::packed;
      StorageFormat format = one ? wanted.front() : StorageFormat{Layout::plain, {}, {}};
      if (kind_of(id) == LayerKind::direct_channels) {
        format.packing.joined = false;  // a step of its own joins them
      }
      add_layer_step(id, format);
      return;
    }
    const Layout layout = layouts_.of_node(node);
    for (const StorageFormat& format : wanted) {
      const bool stores = node.quant && is_integer(node.quant->src) && format.quant &&
                          size_of(format.quant->dtype) == 1;
      const StorageFormat here{layout, stores ? format.quant : std::nullopt, {}};
      if (!list_.find(fused.dst, here)) {
        add_layer_step(id, here);
      }
    }
  }

  void add_layer_step(NodeId id, const StorageFormat& dst_format) {
    const Node& node = graph_.node(id);
    const BufferId src = list_.ensure(node.inputs[0], src_format(id));
    LayerWork work = layer_work(id);
    if (dst_format.quant) {
      work.epilogue.dst = dst_format.quant;
      work.dst_dtype = is_integer(*dst_format.quant) ? dst_format.quant->dtype : DType::f32;
    }
    list_.add_step(node.name, std::string(name_of(node.op)), std::move(work), {src},
                   list_.add_buffer(fusion_.layers.at(id).dst, dst_format));
  }

  void emit_movement(const Node& node, const StorageFormat& format) {
    const BufferId src = list_.ensure(node.inputs[0], format);
    const Shape src_shape = list_.buffer(src).shape;
    const auto step = [&](Work work) {
      list_.add_step(node.name, std::string(name_of(node.op)), std::move(work), {src},
                     list_.add_buffer(node.output, format));
    };
    std::visit(Overloaded{
                   [&](const UpsampleNearest& op) { step(UpsampleWork{op.factors}); },
                   [&](const DepthToSpace& op) { step(DepthToSpaceWork{op}); },
                   [&](const Transpose& op) {
                     if (keeps_memory(src_shape, op.permutation)) {
                       list_.add_buffer(node.output, format, src);
                     } else {
                       step(TransposeWork{op.permutation});
                     }
                   },
                   [&](const Pad& op) { step(pad_work(op, format)); },
                   [&](const auto&) { list_.add_buffer(node.output, format, src); },
               },
               node.op);
  }

  void emit_f32(const Node& node) {
    const Layout layout = layouts_.of_node(node);
    std::vector<BufferId> src;
    for (const ValueId input : node.inputs) {
      if (!graph_.value(input).constant) {
        src.push_back(list_.ensure(input, {layout, {}, {}}));
      }
    }
    list_.add_step(node.name, std::string(name_of(node.op)), f32_work(graph_, node, layout),
                   std::move(src), list_.add_buffer(node.output, {layout, {}, {}}));
  }

  const Graph& graph_;
  const LoweringOptions& options_;
  Layouts layouts_;
  Fusion fusion_;
  std::map<NodeId, LayerKind> kinds_;
  std::map<ValueId, std::vector<StorageFormat>> demands_;
  StepList list_;
};

}  // namespace

LoweredGraph lower(const Graph& graph, std::int64_t batch, const LoweringOptions& options) {
  CALOQUANT_EXPECT(batch >= 1);
  return Lowering(graph, batch, options).run();
}

}  // namespace caloquant
