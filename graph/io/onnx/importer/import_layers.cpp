// Conv, Gemm, MatMul, BatchNormalization: the operators with weights.

#include <algorithm>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/window.hpp"
#include "graph/io/onnx/tensors.hpp"
#include "ops/core/broadcast.hpp"

namespace caloquant::onnx {
namespace {

void scale(Tensor& tensor, double factor) {
  for (float& value : tensor.data<float>()) {
    value = static_cast<float>(static_cast<double>(value) * factor);
  }
}

/// C of Gemm as a bias [O].
Tensor gemm_bias(const NodeImport& node, std::int64_t outputs) {
  Tensor given = node.weights(2);
  node.require(broadcasts_to(node.constant(2).dims(), {dynamic, outputs}),
               "has C " + to_string(given.shape()) + ", needs one number per output");
  scale(given, node.call().number("beta", 1.0));
  if (given.size() == 1) {
    return filled(outputs, given.data<float>()[0]);
  }
  given.reshape({outputs});
  return given;
}

}  // namespace

ImportedValue import_conv(const NodeImport& node) {
  const ValueId src = layer_src(node);
  Tensor weights = node.weights(1);
  node.require(weights.shape().size() >= 3, "has weights " + to_string(weights.shape()));
  const Shape kernel(weights.shape().begin() + 2, weights.shape().end());
  node.require(node.call().integers("kernel_shape").value_or(kernel) == kernel,
               "has a kernel_shape that its weights contradict");
  const Window window = forward_window(node.call(), node.sample_dims(src), kernel);
  Conv conv;
  for (std::size_t i = 3 - window.axes; i < 3; ++i) {
    conv.strides.push_back(window[i].stride);
    conv.dilations.push_back(window[i].dilation);
    conv.pads_begin.push_back(window[i].pad_begin);
    conv.pads_end.push_back(window[i].pad_end);
  }
  conv.groups = node.call().integer("group", 1);
  std::vector<ValueId> inputs{src, node.add_constant("/weights", std::move(weights))};
  if (node.has_input(2)) {
    inputs.push_back(node.add_constant("/bias", node.weights(2)));
  }
  const ValueId dst = node.add("", conv, std::move(inputs));
  set_layer_quant(node, dst, 0);
  return dst;
}

ImportedValue import_gemm(const NodeImport& node) {
  const ValueId src = layer_src(node);
  node.require(node.call().integer("transA", 0) == 0, "transposes its src, and with it the batch");
  Tensor weights = node.weights(1);
  node.require(
      weights.shape().size() == 2 && node.shape(src).size() == 2,
      "needs matrices, has " + to_string(node.shape(src)) + " and " + to_string(weights.shape()));
  const bool flipped = node.call().integer("transB", 0) == 0;
  if (flipped) {
    weights = transposed_matrix(weights);
  }
  const double alpha = node.call().number("alpha", 1.0);
  node.require(alpha == 1.0 || node.stored(1) == nullptr, "has quantized weights and an alpha");
  scale(weights, alpha);
  const std::int64_t outputs = weights.shape()[0];
  std::vector<ValueId> inputs{src, node.add_constant("/weights", std::move(weights))};
  if (node.has_input(2)) {
    inputs.push_back(node.add_constant("/bias", gemm_bias(node, outputs)));
  }
  const ValueId dst = node.add("", Dense{}, std::move(inputs));
  set_layer_quant(node, dst, flipped ? 1 : 0);
  return dst;
}

ImportedValue import_matmul(const NodeImport& node) {
  const ValueId src = layer_src(node);
  const Tensor weights = node.weights(1);
  node.require(weights.shape().size() == 2,
               "needs a constant matrix, has " + to_string(weights.shape()));
  const ValueId dst =
      node.add("", Dense{}, {src, node.add_constant("/weights", transposed_matrix(weights))});
  set_layer_quant(node, dst, 1);
  return dst;
}

ImportedValue import_batch_norm(const NodeImport& node) {
  node.require(node.call().output_count() == 1, "has the outputs of training mode");
  const char* const names[] = {"/gamma", "/beta", "/mean", "/variance"};
  std::vector<ValueId> inputs{node.computed(0)};
  for (std::size_t i = 1; i <= 4; ++i) {
    inputs.push_back(node.add_constant(names[i - 1], node.weights(i)));
  }
  const BatchNorm norm{node.call().number("epsilon", static_cast<double>(1e-5F))};
  return node.add("", norm, std::move(inputs));
}

}  // namespace caloquant::onnx
