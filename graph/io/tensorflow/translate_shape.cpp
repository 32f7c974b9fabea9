// Operators that look at shapes, or change them without moving cells.

#include <algorithm>
#include <limits>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

Value with_rank(Value value, int rank) {
  value.rank = rank;
  return value;
}

/// Cells that a slice of `extent` cells takes.
std::int64_t cells_between(std::int64_t begin, std::int64_t end, std::int64_t stride,
                           std::int64_t extent) {
  const auto inside = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + extent : at, 0, extent);
  };
  const std::int64_t cells = inside(end) - inside(begin);
  return cells <= 0 ? 0 : (cells - 1) / stride + 1;
}

bool has_bit(std::int64_t mask, std::size_t bit) {
  return bit < 63 && (mask >> bit & 1) != 0;
}

}  // namespace

Outputs translate_shape(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  Value dims = with_rank(out.add("Shape", node.name, {src.name}), 1);
  dims.length = src.rank;
  return {dims};
}

Outputs translate_reshape(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  const Value& extents = out.input(node, 1);
  if (extents.constant != nullptr) {
    const std::vector<std::int64_t> numbers = out.integers(node, 1);
    out.require(std::ranges::find(numbers, 0) == numbers.end(), node,
                "has an extent of 0, which would mean another one in ONNX");
  }
  return {with_rank(out.add("Reshape", node.name, {src.name, extents.name}),
                    static_cast<int>(extents.length))};
}

/// Begin and end by masks; axes that the node drops are cut to one cell and squeezed.
Outputs translate_strided_slice(Translation& out, const Node& node) {
  out.require(node.integer("ellipsis_mask", 0) == 0 && node.integer("new_axis_mask", 0) == 0, node,
              "has an ellipsis or a new axis");
  const Value src = out.plain(out.input(node, 0));
  std::vector<std::int64_t> begin = out.integers(node, 1);
  std::vector<std::int64_t> end = out.integers(node, 2);
  const std::vector<std::int64_t> strides = out.integers(node, 3);
  out.require(begin.size() == end.size() && begin.size() == strides.size(), node,
              "has lists of different lengths");
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> axes;
  std::vector<std::int64_t> dropped;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    out.require(strides[i] > 0, node, "has a stride that is not positive");
    if (has_bit(node.integer("shrink_axis_mask", 0), i)) {  // the other masks do not count
      end[i] = begin[i] == -1 ? far : begin[i] + 1;
      dropped.push_back(static_cast<std::int64_t>(i));
    } else {
      begin[i] = has_bit(node.integer("begin_mask", 0), i) ? 0 : begin[i];
      end[i] = has_bit(node.integer("end_mask", 0), i) ? far : end[i];
    }
    axes.push_back(static_cast<std::int64_t>(i));
  }
  const std::string name = node.name;
  Value dst = out.add("Slice", dropped.empty() ? name : name + "/cut",
                      {src.name, out.list(name + "/begin", begin), out.list(name + "/end", end),
                       out.list(name + "/axes", axes), out.list(name + "/strides", strides)});
  if (!dropped.empty()) {
    dst = out.add("Squeeze", name, {dst.name, out.list(name + "/dropped", dropped)});
  }
  dst.rank = src.rank < 0 ? -1 : src.rank - static_cast<int>(dropped.size());
  if (dst.rank == 1 && src.rank == 1 && src.length >= 0 && begin.size() == 1) {
    dst.length = cells_between(begin[0], end[0], strides[0], src.length);
  }
  return {dst};
}

Outputs translate_pack(Translation& out, const Node& node) {
  const std::int64_t axis = node.integer("axis", 0);
  std::vector<std::string> parts;
  std::vector<std::int64_t> entries;
  int rank = -1;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Value src = out.plain(out.input(node, i));
    const std::string name = node.name + "/part_" + std::to_string(i);
    parts.push_back(out.add("Unsqueeze", name, {src.name, out.list(name + "/axis", {axis})}).name);
    const auto known = Translation::known_entries(src, 1);
    entries.push_back(known.front());
    rank = src.rank < 0 ? rank : src.rank + 1;
  }
  out.require(!parts.empty(), node, "packs nothing");
  Value dst =
      with_rank(out.add("Concat", node.name, parts, {onnx::integer_attribute("axis", axis)}), rank);
  dst.length = rank == 1 ? static_cast<std::int64_t>(parts.size()) : -1;
  dst.entries = rank == 1 ? entries : std::vector<std::int64_t>{};
  return {dst};
}

Outputs translate_expand_dims(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  const std::vector<std::int64_t> axis = out.integers(node, 1);
  out.require(axis.size() == 1, node, "adds several axes");
  return {
      with_rank(out.add("Unsqueeze", node.name, {src.name, out.list(node.name + "/axes", axis)}),
                src.rank < 0 ? -1 : src.rank + 1)};
}

Outputs translate_squeeze(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  const std::vector<std::int64_t> axes = node.integers("squeeze_dims");
  if (axes.empty()) {  // every axis of extent 1: fit for constants
    return {out.add("Squeeze", node.name, {src.name})};
  }
  return {with_rank(out.add("Squeeze", node.name, {src.name, out.list(node.name + "/axes", axes)}),
                    src.rank < 0 ? -1 : src.rank - static_cast<int>(axes.size()))};
}

Outputs translate_transpose(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  const std::vector<std::int64_t> order = out.integers(node, 1);
  return {with_rank(
      out.add("Transpose", node.name, {src.name}, {onnx::integers_attribute("perm", order)}),
      static_cast<int>(order.size()))};
}

}  // namespace caloquant::tensorflow
