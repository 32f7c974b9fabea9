#include "graph/exec/layouts.hpp"

#include <algorithm>
#include <numeric>

#include "ops/core/enums.hpp"
#include "ops/core/overloaded.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<LayerKind> layer_kind_names(
    {{LayerKind::library, "library"},
     {LayerKind::direct_rows, "direct_rows"},
     {LayerKind::direct_planes, "direct_planes"},
     {LayerKind::direct_rows_joined, "direct_rows_joined"},
     {LayerKind::direct_planes_joined, "direct_planes_joined"},
     {LayerKind::direct_channels, "direct_channels"}});

}  // namespace

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

Layouts::Layouts(const Graph& graph) : graph_(graph) {
  for (const Node& node : graph.nodes()) {
    layouts_[node.output] = of_node(node);
  }
}

Layout Layouts::of(ValueId value) const {
  const auto found = layouts_.find(value);
  return found == layouts_.end() ? Layout::plain : found->second;
}

Layout Layouts::of_node(const Node& node) const {
  const std::size_t rank = graph_.value(node.inputs.front()).shape.size();
  const Layout spatial = rank >= 3 ? Layout::channels_last : Layout::plain;
  return std::visit(Overloaded{
                        [&](const Conv&) { return Layout::channels_last; },
                        [&](const UpsampleNearest&) { return Layout::channels_last; },
                        [&](const DepthToSpace&) { return Layout::channels_last; },
                        [&](const Pool&) { return Layout::channels_last; },
                        [&](const Pad&) { return spatial; },
                        [&](const Affine&) { return spatial; },
                        [&](const Extremum&) { return spatial; },
                        [&](const Eltwise&) { return of(node.inputs.front()); },
                        [&](const Identity&) { return of(node.inputs.front()); },
                        [&](const Add&) { return of(node.inputs.front()); },
                        [&](const Concat&) { return of(node.inputs.front()); },
                        [&](const auto&) { return Layout::plain; },
                    },
                    node.op);
}

Shape memory_shape(const Shape& logical, Layout layout) {
  Shape shape = logical;
  if (layout == Layout::channels_last && shape.size() >= 3) {
    std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  }
  return shape;
}

PackedTensor Buffer::packed() const {
  CALOQUANT_EXPECT(format.layout == Layout::packed && shape.size() >= 3);
  return {format.packing.lane,
          shape[1],
          triple_of({shape.begin() + 2, shape.end()}, 1),
          format.packing.halo_begin,
          format.packing.halo_end,
          format.packing.joined};
}

std::size_t Buffer::bytes() const {
  return format.layout == Layout::packed
             ? packed().bytes(shape.front())
             : static_cast<std::size_t>(element_count(shape)) * size_of(dtype());
}

direct::Lane lane_of(const std::optional<QuantParams>& quant, direct::Lane int8_lane) {
  if (!quant || !is_integer(*quant)) {
    return direct::Lane::f32;
  }
  return quant->dtype == DType::s16 ? direct::Lane::s16x2 : int8_lane;
}

std::optional<QuantParams> src_quant(const Node& node) {
  const bool rounded = node.quant && node.quant->src.dtype != DType::f32;
  return rounded ? std::optional(node.quant->src) : std::nullopt;
}

std::string_view name_of(LayerKind kind) noexcept {
  return layer_kind_names[kind];
}

DirectVariant variant_of(LayerKind kind) {
  CALOQUANT_EXPECT(kind != LayerKind::library);
  if (kind == LayerKind::direct_channels) {
    return DirectVariant::channels;
  }
  return kind == LayerKind::direct_rows || kind == LayerKind::direct_rows_joined
             ? DirectVariant::rows
             : DirectVariant::planes;
}

}  // namespace caloquant
