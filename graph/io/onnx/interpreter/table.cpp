#include "graph/io/onnx/interpreter/table.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>

#include "graph/io/onnx/interpreter/functions.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::int64_t now = newest_opset;
constexpr std::size_t many = static_cast<std::size_t>(-1);
constexpr std::string_view conv_attributes = "auto_pad dilations group kernel_shape pads strides";
constexpr std::string_view pool_attributes =
    "auto_pad ceil_mode count_include_pad dilations kernel_shape pads storage_order strides";
constexpr std::string_view reduce_attributes = "axes keepdims noop_with_empty_axes";

/// Sorted by name.
constexpr std::array operators{
    Operator{"Abs", 6, now, 1, 1, "", absolute},
    Operator{"Add", 7, now, 2, 2, "", add},
    Operator{"And", 7, now, 2, 2, "", logical_and},
    Operator{"AveragePool", 1, now, 1, 1, pool_attributes, average_pool},
    Operator{"BatchNormalization", 7, now, 5, 5, "epsilon momentum spatial training_mode",
             batch_normalization},
    Operator{"Cast", 6, now, 1, 1, "to saturate", cast},
    Operator{"Ceil", 6, now, 1, 1, "", ceil_of},
    Operator{"Clip", 6, now, 1, 3, "min max", clip},
    Operator{"Concat", 4, now, 1, many, "axis", concat},
    Operator{"Constant", 1, now, 0, 0,
             "value value_float value_floats value_int value_ints value_string value_strings "
             "sparse_value",
             constant},
    Operator{"ConstantOfShape", 9, now, 1, 1, "value", constant_of_shape},
    Operator{"Conv", 1, now, 2, 3, conv_attributes, conv},
    Operator{"ConvInteger", 10, now, 2, 4, conv_attributes, conv_integer},
    Operator{"ConvTranspose", 1, now, 2, 3,
             "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
             conv_transpose},
    Operator{"DepthToSpace", 1, now, 1, 1, "blocksize mode", depth_to_space},
    Operator{"DequantizeLinear", 10, now, 2, 3, "axis block_size", dequantize_linear},
    Operator{"Div", 7, now, 2, 2, "", divide},
    Operator{"Dropout", 7, now, 1, 3, "ratio seed", dropout},
    Operator{"DynamicQuantizeLinear", 11, now, 1, 1, "", dynamic_quantize_linear},
    Operator{"Elu", 6, now, 1, 1, "alpha", elu},
    Operator{"Equal", 7, now, 2, 2, "", equal},
    Operator{"Erf", 9, now, 1, 1, "", error_function},
    Operator{"Exp", 6, now, 1, 1, "", exponential},
    Operator{"Expand", 8, now, 2, 2, "", expand},
    Operator{"Flatten", 1, now, 1, 1, "axis", flatten},
    Operator{"Floor", 6, now, 1, 1, "", floor_of},
    Operator{"Gather", 1, now, 2, 2, "axis", gather},
    Operator{"Gelu", 20, now, 1, 1, "approximate", gelu},
    Operator{"Gemm", 7, now, 2, 3, "alpha beta transA transB", gemm},
    Operator{"GlobalAveragePool", 1, now, 1, 1, "", global_average_pool},
    Operator{"GlobalMaxPool", 1, now, 1, 1, "", global_max_pool},
    Operator{"Greater", 7, now, 2, 2, "", greater},
    Operator{"GreaterOrEqual", 12, now, 2, 2, "", greater_or_equal},
    Operator{"HardSigmoid", 6, now, 1, 1, "alpha beta", hard_sigmoid},
    Operator{"Identity", 1, now, 1, 1, "", identity},
    Operator{"LeakyRelu", 6, now, 1, 1, "alpha", leaky_relu},
    Operator{"Less", 7, now, 2, 2, "", less},
    Operator{"LessOrEqual", 12, now, 2, 2, "", less_or_equal},
    Operator{"Log", 6, now, 1, 1, "", logarithm},
    Operator{"LogSoftmax", 1, now, 1, 1, "axis", log_softmax},
    Operator{"MatMul", 1, now, 2, 2, "", matmul},
    Operator{"MatMulInteger", 10, now, 2, 4, "", matmul_integer},
    Operator{"Max", 6, now, 1, many, "", maximum},
    Operator{"MaxPool", 1, now, 1, 1, pool_attributes, max_pool},
    Operator{"Min", 6, now, 1, many, "", minimum},
    Operator{"Mod", 10, now, 2, 2, "fmod", modulo},
    Operator{"Mul", 7, now, 2, 2, "", multiply},
    Operator{"Neg", 6, now, 1, 1, "", negative},
    Operator{"Not", 1, now, 1, 1, "", logical_not},
    Operator{"Or", 7, now, 2, 2, "", logical_or},
    Operator{"PRelu", 7, now, 2, 2, "", prelu},
    Operator{"Pad", 2, now, 1, 4, "mode pads value", pad},
    Operator{"Pow", 7, now, 2, 2, "", power},
    Operator{"QLinearConv", 10, now, 8, 9, conv_attributes, qlinear_conv},
    Operator{"QLinearMatMul", 10, now, 8, 8, "", qlinear_matmul},
    Operator{"QuantizeLinear", 10, now, 2, 3, "axis block_size output_dtype saturate",
             quantize_linear},
    Operator{"Range", 11, now, 3, 3, "", range},
    Operator{"Reciprocal", 6, now, 1, 1, "", reciprocal},
    Operator{"ReduceMax", 1, now, 1, 2, reduce_attributes, reduce_max},
    Operator{"ReduceMean", 1, now, 1, 2, reduce_attributes, reduce_mean},
    Operator{"ReduceMin", 1, now, 1, 2, reduce_attributes, reduce_min},
    Operator{"ReduceProd", 1, now, 1, 2, reduce_attributes, reduce_prod},
    Operator{"ReduceSum", 1, now, 1, 2, reduce_attributes, reduce_sum},
    Operator{"Relu", 6, now, 1, 1, "", relu},
    Operator{"Reshape", 5, now, 2, 2, "allowzero", reshape},
    Operator{"Resize", 10, now, 1, 4,
             "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside "
             "extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
             resize},
    Operator{"Round", 11, now, 1, 1, "", round_of},
    Operator{"Selu", 6, now, 1, 1, "alpha gamma", selu},
    Operator{"Shape", 1, now, 1, 1, "start end", shape},
    Operator{"Sigmoid", 6, now, 1, 1, "", sigmoid},
    Operator{"Size", 1, now, 1, 1, "", size},
    Operator{"Slice", 1, now, 1, 5, "axes ends starts", slice},
    Operator{"Softmax", 1, now, 1, 1, "axis", softmax},
    Operator{"Softplus", 1, now, 1, 1, "", softplus},
    Operator{"Softsign", 1, now, 1, 1, "", softsign},
    Operator{"SpaceToDepth", 1, now, 1, 1, "blocksize", space_to_depth},
    Operator{"Split", 2, now, 1, 2, "axis num_outputs split", split},
    Operator{"Sqrt", 6, now, 1, 1, "", square_root},
    Operator{"Squeeze", 1, now, 1, 2, "axes", squeeze},
    Operator{"Sub", 7, now, 2, 2, "", subtract},
    Operator{"Sum", 6, now, 1, many, "", sum},
    Operator{"Tanh", 6, now, 1, 1, "", hyperbolic_tangent},
    Operator{"ThresholdedRelu", 10, now, 1, 1, "alpha", thresholded_relu},
    Operator{"Tile", 6, now, 2, 2, "", tile},
    Operator{"Transpose", 1, now, 1, 1, "perm", transpose},
    Operator{"Unsqueeze", 1, now, 1, 2, "axes", unsqueeze},
    Operator{"Upsample", 7, 9, 1, 2, "mode scales", upsample},
    Operator{"Where", 9, now, 3, 3, "", where},
};

bool contains_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    if (words.substr(0, end) == word) {
      return true;
    }
    words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
  }
  return false;
}

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto* found = std::find_if(operators.begin(), operators.end(),
                                   [&](const Operator& entry) { return entry.name == name; });
  return found == operators.end() ? nullptr : found;
}

std::string supported_operators() {
  std::string text;
  for (const Operator& entry : operators) {
    text += (text.empty() ? "" : ", ") + std::string(entry.name);
  }
  return text;
}

const Operator& checked_operator(const Model& model, const NodeDef& node) {
  const auto fail = [&](const std::string& problem, const std::string& remedy = {}) {
    throw ModelError(model.place(node), problem, remedy);
  };
  const Operator* entry = node.domain.empty() ? find_operator(node.op) : nullptr;
  if (entry == nullptr) {
    fail("the operator" +
             (node.domain.empty() ? std::string() : " of domain '" + printable(node.domain) + "'") +
             " is not supported",
         "supported are " + supported_operators());
  }
  if (model.opset < entry->since || model.opset > entry->until) {
    fail("is known for opsets " + std::to_string(entry->since) + " to " +
             std::to_string(entry->until) + " only",
         "convert the model with onnx.version_converter");
  }
  if (node.inputs.size() < entry->least_inputs || node.inputs.size() > entry->most_inputs ||
      node.outputs.empty()) {
    fail("has " + std::to_string(node.inputs.size()) + " inputs and " +
         std::to_string(node.outputs.size()) + " outputs");
  }
  for (const Attribute& attribute : node.attributes) {
    if (!contains_word(entry->attributes, attribute.name)) {
      fail("has the unknown attribute '" + printable(attribute.name) + "'");
    }
  }
  return *entry;
}

}  // namespace caloquant::onnx
