// Functions of single cells, and sums and products of tensors.

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

/// TensorFlow's name, ONNX's name.
constexpr std::pair<std::string_view, std::string_view> names[] = {
    {"AddV2", "Add"}, {"RealDiv", "Div"}, {"Maximum", "Max"}, {"Minimum", "Min"}};

std::string onnx_name(const std::string& op) {
  const auto* found = std::find_if(std::begin(names), std::end(names),
                                   [&](const auto& entry) { return entry.first == op; });
  return found == std::end(names) ? op : std::string(found->second);
}

/// A value that stands beside one of channels-first order and `rank` axes. TensorFlow aligns the
/// last axes, so it gets all axes before the channels move: a vector goes over the channels.
Value beside(Translation& out, const Node& node, const Value& value, int rank) {
  if (value.channels_first || value.rank == 0) {
    return value;
  }
  if (value.rank == 1 && rank > 2) {
    std::vector<std::int64_t> axes(static_cast<std::size_t>(rank - 2));
    std::iota(axes.begin(), axes.end(), 1);
    Value column = out.add("Unsqueeze", value.name + "/column",
                           {value.name, out.list(value.name + "/axes", axes)});
    column.rank = rank - 1;
    return column;
  }
  return out.first(node, out.with_leading_ones(node, value, rank));
}

Value combined(Translation& out, const Node& node, const std::string& op, const std::string& name,
               Value a, Value b) {
  const bool known = a.rank >= 0 && b.rank >= 0;
  const int rank = known ? std::max(a.rank, b.rank) : -1;
  const auto stays = [&](const Value& value) { return value.channels_first && value.rank == rank; };
  // A channels-first tensor of fewer axes than the other has no channels where the other has them.
  const bool first = known && (stays(a) || stays(b)) && (stays(a) || !a.channels_first) &&
                     (stays(b) || !b.channels_first);
  a = first ? beside(out, node, a, rank) : out.plain(a);
  b = first ? beside(out, node, b, rank) : out.plain(b);
  Value dst = out.add(op, name, {a.name, b.name});
  dst.rank = rank;
  dst.channels_first = first;
  return dst;
}

}  // namespace

Outputs translate_unary(Translation& out, const Node& node) {
  const Value& src = out.input(node, 0);
  std::vector<onnx::Attribute> attributes;
  if (node.op == "LeakyRelu") {
    const auto alpha = static_cast<double>(node.number("alpha", 0.2F));
    attributes.push_back(onnx::number_attribute("alpha", alpha));
  }
  return {like(out.add(onnx_name(node.op), node.name, {src.name}, std::move(attributes)), src)};
}

Outputs translate_relu6(Translation& out, const Node& node) {
  const Value& src = out.input(node, 0);
  const Value low = out.constant(node.name + "/min", onnx::Array::of<float>({}, {0.0F}));
  const Value high = out.constant(node.name + "/max", onnx::Array::of<float>({}, {6.0F}));
  return {like(out.add("Clip", node.name, {src.name, low.name, high.name}), src)};
}

Outputs translate_rsqrt(Translation& out, const Node& node) {
  const Value& src = out.input(node, 0);
  const Value root = out.add("Sqrt", node.name + "/root", {src.name});
  return {like(out.add("Reciprocal", node.name, {root.name}), src)};
}

Outputs translate_square(Translation& out, const Node& node) {
  const Value& src = out.input(node, 0);
  return {like(out.add("Mul", node.name, {src.name, src.name}), src)};
}

Outputs translate_binary(Translation& out, const Node& node) {
  return {
      combined(out, node, onnx_name(node.op), node.name, out.input(node, 0), out.input(node, 1))};
}

/// max(min(x, high), low): of crossed bounds the lower one holds, other than in ONNX. Each may be a
/// tensor.
Outputs translate_clip(Translation& out, const Node& node) {
  const Value below =
      combined(out, node, "Min", node.name + "/below", out.input(node, 0), out.input(node, 2));
  return {combined(out, node, "Max", node.name, below, out.input(node, 1))};
}

Outputs translate_sum(Translation& out, const Node& node) {
  std::vector<std::string> inputs;
  Value src;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    src = out.plain(out.input(node, i));
    inputs.push_back(src.name);
  }
  out.require(!inputs.empty(), node, "adds nothing");
  return {like(out.add("Sum", node.name, inputs), src)};
}

Outputs translate_softmax(Translation& out, const Node& node) {
  const Value src = out.plain(out.input(node, 0));
  return {
      like(out.add("Softmax", node.name, {src.name}, {onnx::integer_attribute("axis", -1)}), src)};
}

}  // namespace caloquant::tensorflow
