#include "graph/io/onnx/interpreter/table.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>

#include "graph/io/import/attribute_rules.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::int64_t now = newest_opset;
constexpr std::string_view conv_attributes = "auto_pad dilations group kernel_shape pads strides";
constexpr std::string_view reduce_attributes = "axes@-17 keepdims noop_with_empty_axes@18";

// Nothing but `read` needs no reason. The others: Dropout's ratio and seed and BatchNormalization's
// momentum matter in training, which is refused; the order of MaxPool's indices is asked for only
// by a second output.

/// Sorted by name.
constexpr std::array operators{
    Operator{"Abs", 6, now, "1", "", absolute},
    Operator{"Add", 7, now, "2", "", add},
    Operator{"And", 7, now, "2", "", logical_and},
    Operator{"AveragePool", 1, now, "1",
             "auto_pad ceil_mode@10 count_include_pad dilations@19 kernel_shape! pads strides",
             average_pool},
    Operator{"BatchNormalization", 7, now, "5", "epsilon momentum~ spatial@-8=1 training_mode@14=0",
             batch_normalization},
    Operator{"Cast", 6, now, "1", "saturate@19 to!", cast},
    Operator{"Ceil", 6, now, "1", "", ceil_of},
    Operator{"Clip", 6, now, "1@-10 1-3@11", "max@-10 min@-10", clip},
    Operator{"Concat", 4, now, "1-*", "axis!", concat},
    Operator{"Constant", 1, now, "0",
             "sparse_value@11 value value_float@12 value_floats@12 value_int@12 value_ints@12 "
             "value_string@12 value_strings@12",
             constant},
    Operator{"ConstantOfShape", 9, now, "1", "value", constant_of_shape},
    Operator{"Conv", 1, now, "2-3", conv_attributes, conv},
    Operator{"ConvInteger", 10, now, "2-4", conv_attributes, conv_integer},
    Operator{"ConvTranspose", 1, now, "2-3",
             "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
             conv_transpose},
    Operator{"DepthToSpace", 1, now, "1", "blocksize! mode@11", depth_to_space},
    Operator{"DequantizeLinear", 10, now, "2-3", "axis@13 block_size@21", dequantize_linear},
    Operator{"Div", 7, now, "2", "", divide},
    Operator{"Dropout", 7, now, "1@-11 1-3@12", "ratio@-11~ seed@12~", dropout},
    Operator{"DynamicQuantizeLinear", 11, now, "1", "", dynamic_quantize_linear},
    Operator{"Elu", 6, now, "1", "alpha", elu},
    Operator{"Equal", 7, now, "2", "", equal},
    Operator{"Erf", 9, now, "1", "", error_function},
    Operator{"Exp", 6, now, "1", "", exponential},
    Operator{"Expand", 8, now, "2", "", expand},
    Operator{"Flatten", 1, now, "1", "axis", flatten},
    Operator{"Floor", 6, now, "1", "", floor_of},
    Operator{"Gather", 1, now, "2", "axis", gather},
    Operator{"Gelu", 20, now, "1", "approximate", gelu},
    Operator{"Gemm", 7, now, "3@-10 2-3@11", "alpha beta transA transB", gemm},
    Operator{"GlobalAveragePool", 1, now, "1", "", global_average_pool},
    Operator{"GlobalMaxPool", 1, now, "1", "", global_max_pool},
    Operator{"Greater", 7, now, "2", "", greater},
    Operator{"GreaterOrEqual", 12, now, "2", "", greater_or_equal},
    Operator{"HardSigmoid", 6, now, "1", "alpha beta", hard_sigmoid},
    Operator{"Identity", 1, now, "1", "", identity},
    Operator{"LeakyRelu", 6, now, "1", "alpha", leaky_relu},
    Operator{"Less", 7, now, "2", "", less},
    Operator{"LessOrEqual", 12, now, "2", "", less_or_equal},
    Operator{"Log", 6, now, "1", "", logarithm},
    Operator{"LogSoftmax", 1, now, "1", "axis", log_softmax},
    Operator{"MatMul", 1, now, "2", "", matmul},
    Operator{"MatMulInteger", 10, now, "2-4", "", matmul_integer},
    Operator{"Max", 6, now, "1-*", "", maximum},
    Operator{"MaxPool", 1, now, "1",
             "auto_pad ceil_mode@10 dilations@10 kernel_shape! pads storage_order@8 strides",
             max_pool},
    Operator{"Min", 6, now, "1-*", "", minimum},
    Operator{"Mod", 10, now, "2", "fmod", modulo},
    Operator{"Mul", 7, now, "2", "", multiply},
    Operator{"Neg", 6, now, "1", "", negative},
    Operator{"Not", 1, now, "1", "", logical_not},
    Operator{"Or", 7, now, "2", "", logical_or},
    Operator{"PRelu", 7, now, "2", "", prelu},
    Operator{"Pad", 2, now, "1@-10 2-3@11-17 2-4@18", "mode pads!@-10 value@-10", pad},
    Operator{"Pow", 7, now, "2", "", power},
    Operator{"QLinearConv", 10, now, "8-9", conv_attributes, qlinear_conv},
    Operator{"QLinearMatMul", 10, now, "8", "", qlinear_matmul},
    Operator{"QuantizeLinear", 10, now, "2-3", "axis@13 block_size@21 output_dtype@21 saturate@19",
             quantize_linear},
    Operator{"Range", 11, now, "3", "", range},
    Operator{"Reciprocal", 6, now, "1", "", reciprocal},
    Operator{"ReduceMax", 1, now, "1@-17 1-2@18", reduce_attributes, reduce_max},
    Operator{"ReduceMean", 1, now, "1@-17 1-2@18", reduce_attributes, reduce_mean},
    Operator{"ReduceMin", 1, now, "1@-17 1-2@18", reduce_attributes, reduce_min},
    Operator{"ReduceProd", 1, now, "1@-17 1-2@18", reduce_attributes, reduce_prod},
    Operator{"ReduceSum", 1, now, "1@-12 1-2@13", "axes@-12 keepdims noop_with_empty_axes@13",
             reduce_sum},
    Operator{"Relu", 6, now, "1", "", relu},
    Operator{"Reshape", 5, now, "2", "allowzero@14", reshape},
    Operator{"Resize", 10, now, "2@-10 3-4@11-12 1-4@13",
             "antialias@18 axes@18 coordinate_transformation_mode@11 cubic_coeff_a@11 "
             "exclude_outside@11 extrapolation_value@11 keep_aspect_ratio_policy@18 mode "
             "nearest_mode@11",
             resize},
    Operator{"Round", 11, now, "1", "", round_of},
    Operator{"Selu", 6, now, "1", "alpha gamma", selu},
    Operator{"Shape", 1, now, "1", "end@15 start@15", shape},
    Operator{"Sigmoid", 6, now, "1", "", sigmoid},
    Operator{"Size", 1, now, "1", "", size},
    Operator{"Slice", 1, now, "1@-9 3-5@10", "axes@-9 ends!@-9 starts!@-9", slice},
    Operator{"Softmax", 1, now, "1", "axis", softmax},
    Operator{"Softplus", 1, now, "1", "", softplus},
    Operator{"Softsign", 1, now, "1", "", softsign},
    Operator{"SpaceToDepth", 1, now, "1", "blocksize!", space_to_depth},
    Operator{"Split", 2, now, "1@-12 1-2@13", "axis num_outputs@18 split@-12", split},
    Operator{"Sqrt", 6, now, "1", "", square_root},
    Operator{"Squeeze", 1, now, "1@-12 1-2@13", "axes@-12", squeeze},
    Operator{"Sub", 7, now, "2", "", subtract},
    Operator{"Sum", 6, now, "1-*", "", sum},
    Operator{"Tanh", 6, now, "1", "", hyperbolic_tangent},
    Operator{"ThresholdedRelu", 10, now, "1", "alpha", thresholded_relu},
    Operator{"Tile", 6, now, "2", "", tile},
    Operator{"Transpose", 1, now, "1", "perm", transpose},
    Operator{"Unsqueeze", 1, now, "1@-12 2@13", "axes!@-12", unsqueeze},
    Operator{"Upsample", 7, 9, "1@-8 2@9", "mode scales!@-8", upsample},
    Operator{"Where", 9, now, "3", "", where},
};

const Attribute* attribute_of(const NodeDef& node, std::string_view name) {
  const auto found =
      std::find_if(node.attributes.begin(), node.attributes.end(),
                   [&](const Attribute& attribute) { return attribute.name == name; });
  return found == node.attributes.end() ? nullptr : &*found;
}

/// What is wrong with the attributes of a node: unknown, of another opset, twice, missing, or with
/// a value that is not supported. Empty: nothing.
std::string attribute_problem(const Operator& entry, const NodeDef& node, std::int64_t opset) {
  const std::vector<AttributeRule> rules = attribute_rules(entry.attributes);
  for (const Attribute& attribute : node.attributes) {
    const std::string name = "attribute '" + printable(attribute.name) + "'";
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const AttributeRule& candidate) {
      return candidate.name == attribute.name;
    });
    if (rule == rules.end()) {
      return "has the unknown " + name;
    }
    if (opset < rule->first || opset > rule->last) {
      return "has the " + name + ", which it does not have in this opset";
    }
    if (attribute_of(node, attribute.name) != &attribute) {
      return "has the " + name + " twice";
    }
    if (rule->allowed &&
        (attribute.kind != AttributeKind::integer || attribute.integer != *rule->allowed)) {
      return "has the " + name + ", of which only " + std::to_string(*rule->allowed) +
             " is supported";
    }
  }
  for (const AttributeRule& rule : rules) {
    if (rule.required && opset >= rule.first && opset <= rule.last &&
        attribute_of(node, rule.name) == nullptr) {
      return "has no attribute '" + std::string(rule.name) + "'";
    }
  }
  return {};
}

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto* found = std::find_if(operators.begin(), operators.end(),
                                   [&](const Operator& entry) { return entry.name == name; });
  return found == operators.end() ? nullptr : found;
}

std::span<const Operator> operator_table() {
  return operators;
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
         "`caloquant operators` lists those that are");
  }
  if (model.opset < entry->since || model.opset > entry->until) {
    fail("is known for opsets " + std::to_string(entry->since) + " to " +
             std::to_string(entry->until) + " only",
         "convert the model with onnx.version_converter");
  }
  const InputCounts counts = input_counts(entry->inputs, model.opset);
  if (node.inputs.size() < counts.least || node.inputs.size() > counts.most ||
      node.outputs.empty()) {
    fail("has " + counted(node.inputs.size(), "input") + " and " +
         counted(node.outputs.size(), "output"));
  }
  if (const std::string problem = attribute_problem(*entry, node, model.opset); !problem.empty()) {
    fail(problem);
  }
  return *entry;
}

}  // namespace caloquant::onnx
