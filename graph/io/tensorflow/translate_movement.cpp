// Operators that cut, join, repeat, pad or reduce along axes.

#include <algorithm>
#include <numeric>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

std::int64_t only_axis(const Translation& out, const Node& node, std::size_t index) {
  const std::vector<std::int64_t> axis = out.integers(node, index);
  out.require(axis.size() == 1, node, "has more than one axis");
  return axis.front();
}

std::int64_t axis_of(const Value& value, std::int64_t axis) {
  return value.channels_first ? moved_axis(axis, value.rank) : axis;
}

}  // namespace

Outputs translate_split(Translation& out, const Node& node) {
  const bool sizes = node.op == "SplitV";
  Value src = out.input(node, sizes ? 0 : 1);
  const std::int64_t axis = only_axis(out, node, sizes ? 2 : 0);
  const bool spatial = axis > 0 && axis < src.rank - 1;
  if (src.rank >= 4 && spatial) {  // of an up-sampling, most likely of what a convolution reads
    src = out.first(node, src);
  }
  const std::int64_t parts = node.integer("num_split", 0);
  out.require(parts >= 1 && parts <= 65536, node, "splits into " + std::to_string(parts));
  std::vector<std::string> inputs{src.name};
  if (sizes) {
    inputs.push_back(out.list(node.name + "/sizes", out.integers(node, 1)));
  }
  if (parts == 1) {
    return {src};
  }
  Outputs values = out.add_outputs("Split", node.name, inputs,
                                   {onnx::integer_attribute("axis", axis_of(src, axis))},
                                   static_cast<std::size_t>(parts));
  for (Value& value : values) {
    value = like(value, src);
  }
  return values;
}

Outputs translate_concat(Translation& out, const Node& node) {
  out.require(node.inputs.size() >= 2, node, "joins nothing");
  const std::size_t parts = node.inputs.size() - 1;
  bool first = true;
  std::int64_t length = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const Value& part = out.input(node, i);
    first = first && part.channels_first;
    length = length < 0 || part.length < 0 ? -1 : length + part.length;
  }
  std::vector<std::string> inputs;
  Value src;
  for (std::size_t i = 0; i < parts; ++i) {
    src = first ? out.input(node, i) : out.plain(out.input(node, i));
    inputs.push_back(src.name);
  }
  const std::int64_t axis = axis_of(src, only_axis(out, node, parts));
  if (parts == 1) {
    return {src};
  }
  Value dst =
      like(out.add("Concat", node.name, inputs, {onnx::integer_attribute("axis", axis)}), src);
  dst.length = length;
  return {dst};
}

Outputs translate_pad(Translation& out, const Node& node) {
  const Value src = out.input(node, 0);
  const std::vector<std::int64_t> given = out.integers(node, 1);
  const std::size_t rank = given.size() / 2;
  out.require(given.size() % 2 == 0 && (src.rank < 0 || rank == static_cast<std::size_t>(src.rank)),
              node, "has paddings for another rank");
  std::vector<std::int64_t> pads(given.size());
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const auto at = static_cast<std::size_t>(axis_of(src, static_cast<std::int64_t>(axis)));
    pads[at] = given[2 * axis];
    pads[at + rank] = given[2 * axis + 1];
  }
  std::vector<std::string> inputs{src.name, out.list(node.name + "/pads", pads)};
  if (node.op == "PadV2") {
    inputs.push_back(out.input(node, 2).name);
  }
  return {like(out.add("Pad", node.name, inputs), src)};
}

Outputs translate_tile(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  return {like(out.add("Tile", node.name, {src.name, out.input(node, 1).name}), src)};
}

/// Mean, Sum, Max, Min, Prod over constant axes.
Outputs translate_reduce(Translation& out, const Node& node) {
  Value src = out.input(node, 0);
  std::vector<std::int64_t> axes = out.integers(node, 1);
  const bool keep = node.integer("keep_dims", 0) != 0;
  if (axes.empty()) {  // ONNX would reduce over all
    return {src};
  }
  if (src.channels_first) {
    std::ranges::transform(axes, axes.begin(),
                           [&](std::int64_t axis) { return moved_axis(axis, src.rank); });
    std::ranges::sort(axes);
    std::vector<std::int64_t> all(static_cast<std::size_t>(src.rank - 2));
    std::iota(all.begin(), all.end(), 2);
    if (!keep && axes != all) {  // what is left has an order of its own
      src = out.plain(src);
      axes = out.integers(node, 1);
    }
  }
  std::vector<std::string> inputs{src.name};
  std::vector<onnx::Attribute> attributes{onnx::integer_attribute("keepdims", keep ? 1 : 0)};
  if (node.op == "Sum") {  // the first that takes its axes as an input
    inputs.push_back(out.list(node.name + "/axes", axes));
  } else {
    attributes.push_back(onnx::integers_attribute("axes", axes));
  }
  Value dst = out.add("Reduce" + node.op, node.name, inputs, std::move(attributes));
  dst.rank = src.rank < 0 ? -1 : keep ? src.rank : src.rank - static_cast<int>(axes.size());
  dst.channels_first = src.channels_first && keep;
  return {dst};
}

/// ResizeNearestNeighbor of [N, H, W, C] to (H', W'). With factors that are whole numbers, pixel
/// centres make no difference.
Outputs translate_resize(Translation& out, const Node& node) {
  out.require(node.integer("align_corners", 0) == 0, node, "aligns corners");
  Value input = out.input(node, 0);
  input.rank = 4;
  const Value src = out.first(node, input);
  const std::string name = node.name;
  const Value dims = out.add("Shape", name + "/dims", {src.name});
  const Value head =
      out.add("Slice", name + "/batch_and_channels",
              {dims.name, out.list(name + "/begin", {0}), out.list(name + "/end", {2})});
  const Value sizes = out.add("Concat", name + "/sizes", {head.name, out.input(node, 1).name},
                              {onnx::integer_attribute("axis", 0)});
  return {like(out.add("Resize", name, {src.name, "", "", sizes.name},
                       {onnx::text_attribute("coordinate_transformation_mode", "asymmetric"),
                        onnx::text_attribute("mode", "nearest"),
                        onnx::text_attribute("nearest_mode", "floor")}),
               src)};
}

}  // namespace caloquant::tensorflow
