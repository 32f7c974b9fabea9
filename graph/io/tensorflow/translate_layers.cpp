// Convolutions, MatMul, biases, batch normalization, pooling.

#include <algorithm>
#include <numeric>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

using onnx::integer_attribute;
using onnx::integers_attribute;
using onnx::text_attribute;

bool channels_last(const Translation& out, const Node& node) {
  const std::string format = node.text("data_format", "NHWC");
  const bool last = format == "NHWC" || format == "NDHWC";
  out.require(last || format == "NCHW" || format == "NCDHW", node,
              "has the data_format '" + onnx::printable(format) + "', which is not supported");
  return last;
}

/// A list with an entry for every axis of the tensor, cut to the spatial ones.
std::vector<std::int64_t> spatial(const Translation& out, const Node& node, const char* name,
                                  std::size_t axes, bool last) {
  std::vector<std::int64_t> values = node.integers(name);
  if (values.empty()) {
    return std::vector<std::int64_t>(axes, 1);
  }
  out.require(values.size() == axes + 2 && values.front() == 1 && values[last ? axes + 1 : 1] == 1,
              node, std::string("has ") + name + " over the batch or the channels");
  const auto begin = values.begin() + (last ? 1 : 2);
  return {begin, begin + static_cast<std::ptrdiff_t>(axes)};
}

/// SAME, VALID or EXPLICIT; only the last comes with explicit_paddings.
std::string padding_kind(const Translation& out, const Node& node) {
  std::string kind = node.text("padding", "VALID");
  const bool listed = !node.integers("explicit_paddings").empty();
  out.require(
      (kind == "EXPLICIT" && listed) || ((kind == "SAME" || kind == "VALID") && !listed), node,
      "has the padding '" + onnx::printable(kind) + "'" + (listed ? " and explicit_paddings" : ""));
  return kind;
}

/// auto_pad or pads.
onnx::Attribute padding(const Translation& out, const Node& node, std::size_t axes, bool last) {
  const std::string kind = padding_kind(out, node);
  if (kind != "EXPLICIT") {
    return text_attribute("auto_pad", kind == "SAME" ? "SAME_UPPER" : "VALID");
  }
  const std::vector<std::int64_t> given = node.integers("explicit_paddings");
  out.require(given.size() == 2 * (axes + 2), node, "has explicit_paddings for another rank");
  std::vector<std::int64_t> pads(2 * axes);
  const std::size_t channels = last ? axes + 1 : 1;
  out.require(
      given[0] == 0 && given[1] == 0 && given[2 * channels] == 0 && given[2 * channels + 1] == 0,
      node, "has explicit_paddings of the batch or the channels");
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t axis = i + (last ? 1 : 2);
    pads[i] = given[2 * axis];
    pads[i + axes] = given[2 * axis + 1];
  }
  return integers_attribute("pads", pads);
}

/// [k..., I, O] to [O, I, k...]; of a transposed convolution [k..., O, I] to [I, O, k...].
Value kernel_first(Translation& out, const Node& node, const Value& weights) {
  out.require(weights.rank >= 3 && weights.rank <= 5, node, "has weights of an unknown rank");
  std::vector<std::int64_t> order{weights.rank - 1, weights.rank - 2};
  for (int i = 0; i < weights.rank - 2; ++i) {
    order.push_back(i);
  }
  Value result = out.add("Transpose", node.name + "/weights", {weights.name},
                         {integers_attribute("perm", order)});
  result.rank = weights.rank;
  return result;
}

Value in_layout(Translation& out, const Node& node, const Value& value, bool last) {
  return last ? out.first(node, value) : out.plain(value);
}

Value laid_out(Value value, int rank, bool last) {
  value.rank = rank;
  value.channels_first = last;
  return value;
}

}  // namespace

Outputs translate_conv(Translation& out, const Node& node) {
  const Value weights = out.input(node, 1);
  const Value kernel = kernel_first(out, node, weights);
  const auto axes = static_cast<std::size_t>(weights.rank - 2);
  const bool last = channels_last(out, node);
  Value input = out.input(node, 0);
  input.rank = input.rank < 0 ? weights.rank : input.rank;
  out.require(input.rank == weights.rank, node, "has a src of another rank than its weights");
  const Value src = in_layout(out, node, input, last);
  const Value dst =
      out.add("Conv", out.layer_name(node), {src.name, kernel.name},
              {padding(out, node, axes, last),
               integers_attribute("strides", spatial(out, node, "strides", axes, last)),
               integers_attribute("dilations", spatial(out, node, "dilations", axes, last))});
  return {laid_out(dst, weights.rank, last)};
}

namespace {

/// Pads and output padding of one axis of a transposed convolution.
struct TransposedAxis {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t output = 0;
};

/// `dst` is the extent that the node asks for: the convolution that this one transposes makes its
/// src of it. -1: not known here; then src times stride (SAME), or what the windows cover.
TransposedAxis transposed_axis(bool same, std::int64_t dst, std::int64_t reach,
                               std::int64_t stride) {
  std::int64_t overhang = same ? reach - stride : std::min<std::int64_t>(reach - stride, 0);
  if (dst >= 0) {
    const std::int64_t src = same ? (dst + stride - 1) / stride : (dst - reach) / stride + 1;
    overhang = (src - 1) * stride + reach - dst;
  }
  const std::int64_t cut = std::max<std::int64_t>(overhang, 0);
  return {cut / 2, cut - cut / 2, std::max<std::int64_t>(-overhang, 0)};
}

/// The extents that are asked for are computed: the result must have them, or the model is refused.
Value with_extents(Translation& out, const Node& node, const Value& dst, const Value& sizes,
                   std::size_t axes, bool last) {
  std::vector<std::int64_t> order(axes + 2);
  std::iota(order.begin(), order.end(), 0);
  if (last) {
    std::rotate(order.begin() + 1, order.end() - 1, order.end());
  }
  const Value first =
      out.add("Gather", node.name + "/extents", {sizes.name, out.list(node.name + "/order", order)},
              {onnx::integer_attribute("axis", 0)});
  return out.add("Reshape", node.name + "/as_asked", {dst.name, first.name});
}

}  // namespace

Outputs translate_conv_transpose(Translation& out, const Node& node) {
  const Value sizes = out.input(node, 0);
  const Value weights = out.input(node, 1);
  out.require(weights.constant != nullptr, node, "has weights that are no constant");
  const Value kernel = kernel_first(out, node, weights);
  const auto axes = static_cast<std::size_t>(weights.rank - 2);
  const bool last = channels_last(out, node);
  const std::vector<std::int64_t> strides = spatial(out, node, "strides", axes, last);
  const std::vector<std::int64_t> dilations = spatial(out, node, "dilations", axes, last);
  const std::string kind = padding_kind(out, node);
  out.require(kind != "EXPLICIT", node, "has the padding 'EXPLICIT', which is not supported");
  const std::vector<std::int64_t> extents = out.known_entries(sizes, axes + 2);
  std::vector<std::int64_t> pads(2 * axes, 0);
  std::vector<std::int64_t> output_padding(axes, 0);
  bool known = true;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t reach = (weights.constant->dims()[i] - 1) * dilations[i] + 1;
    const std::int64_t wanted = extents[i + (last ? 1 : 2)];
    out.require(strides[i] > 0 && dilations[i] > 0, node, "has strides or dilations below 1");
    const TransposedAxis axis = transposed_axis(kind == "SAME", wanted, reach, strides[i]);
    pads[i] = axis.begin;
    pads[i + axes] = axis.end;
    output_padding[i] = axis.output;
    known = known && wanted >= 0;
  }
  Value input = out.input(node, 2);
  input.rank = input.rank < 0 ? weights.rank : input.rank;
  const Value src = in_layout(out, node, input, last);
  Value dst = out.add("ConvTranspose", out.layer_name(node), {src.name, kernel.name},
                      {integers_attribute("pads", pads), integers_attribute("strides", strides),
                       integers_attribute("output_padding", output_padding),
                       integers_attribute("dilations", dilations)});
  if (!known) {
    dst = with_extents(out, node, dst, sizes, axes, last);
  }
  return {laid_out(dst, weights.rank, last)};
}

Outputs translate_matmul(Translation& out, const Node& node) {
  out.require(node.integer("transpose_a", 0) == 0 && node.integer("adj_x", 0) == 0, node,
              "transposes its src");
  const Value src = out.plain(out.input(node, 0));
  Value weights = out.plain(out.input(node, 1));
  const int usual = node.op == "MatMul" ? 2 : -1;
  const int src_rank = src.rank < 0 ? usual : src.rank;
  const int weights_rank = weights.rank < 0 ? usual : weights.rank;
  if (node.integer("transpose_b", 0) != 0 || node.integer("adj_y", 0) != 0) {
    out.require(weights_rank >= 2, node, "transposes weights of unknown rank");
    std::vector<std::int64_t> order(static_cast<std::size_t>(weights_rank));
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[order.size() - 2], order.back());
    weights = out.add("Transpose", node.name + "/weights", {weights.name},
                      {integers_attribute("perm", order)});
  }
  Value dst = out.add("MatMul", out.layer_name(node), {src.name, weights.name});
  dst.rank = src_rank < 0 || weights_rank < 0 ? -1 : std::max(src_rank, weights_rank);
  return {dst};
}

Outputs translate_bias_add(Translation& out, const Node& node) {
  Value src = out.input(node, 0);
  const Value bias = out.input(node, 1);
  const bool last = channels_last(out, node);
  onnx::NodeDef* layer = out.producer(src);
  const bool takes_bias = layer != nullptr && layer->inputs.size() == 2 &&
                          (layer->op == "Conv" || layer->op == "ConvTranspose");
  if (takes_bias && src.channels_first == last && out.sole_reader(node, 0)) {
    layer->inputs.push_back(bias.name);
    return {src};
  }
  src = last ? src : out.plain(src);
  if (!src.channels_first && (last || src.rank == 2)) {  // over the last axis
    Value sum = out.add("Add", node.name, {src.name, bias.name});
    sum.rank = src.rank;
    return {sum};
  }
  out.require(src.rank >= 3, node, "adds a bias to a tensor of unknown rank");
  std::vector<std::int64_t> axes(static_cast<std::size_t>(src.rank - 2));
  std::iota(axes.begin(), axes.end(), 1);
  const Value column =
      out.add("Unsqueeze", node.name + "/bias", {bias.name, out.list(node.name + "/axes", axes)});
  Value sum = out.add("Add", node.name, {src.name, column.name});
  sum.rank = src.rank;
  sum.channels_first = src.channels_first;
  return {sum};
}

Outputs translate_batch_norm(Translation& out, const Node& node) {
  out.require(node.integer("is_training", 1) == 0, node, "is in training mode");
  const bool last = channels_last(out, node);
  const Value src = in_layout(out, node, out.input(node, 0), last);
  std::vector<std::string> inputs{src.name};
  for (std::size_t i = 1; i <= 4; ++i) {
    inputs.push_back(out.input(node, i).name);
  }
  const auto epsilon = static_cast<double>(node.number("epsilon", 1e-4F));
  const Value dst = out.add("BatchNormalization", out.layer_name(node), inputs,
                            {onnx::number_attribute("epsilon", epsilon)});
  return {laid_out(dst, src.rank, src.channels_first)};
}

Outputs translate_pool(Translation& out, const Node& node) {
  const bool last = channels_last(out, node);
  Value input = out.input(node, 0);
  const bool three = node.op.find("3D") != std::string::npos;
  const std::size_t axes = three ? 3 : 2;
  input.rank = input.rank < 0 ? static_cast<int>(axes + 2) : input.rank;
  const Value src = in_layout(out, node, input, last);
  const Value dst =
      out.add(node.op.rfind("Max", 0) == 0 ? "MaxPool" : "AveragePool", node.name, {src.name},
              {integers_attribute("kernel_shape", spatial(out, node, "ksize", axes, last)),
               integers_attribute("strides", spatial(out, node, "strides", axes, last)),
               padding(out, node, axes, last)});
  return {laid_out(dst, src.rank, last)};
}

}  // namespace caloquant::tensorflow
