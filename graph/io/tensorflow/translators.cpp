#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <string_view>

#include "graph/io/import/attribute_rules.hpp"
#include "graph/io/tensorflow/operator_table.hpp"

namespace caloquant::tensorflow {
namespace {

/// Why an attribute changes nothing ("~"): tensors carry their types themselves (T, Tidx, N,
/// out_type, dtype, ...); use_cudnn_on_gpu chooses a kernel; exponential_avg_factor trains;
/// grad_* are hints for gradients; container, shape, allowed_devices, debug_name are of resources
/// that the checkpoint fills; with factors that are whole numbers, the only ones that are read,
/// half_pixel_centers chooses the same cells.
/// Sorted by name, as messages list them.
constexpr std::array entries{
    OperatorEntry{"Abs", translate_unary, "T~"},
    OperatorEntry{"Add", translate_binary, "T~"},
    OperatorEntry{"AddN", translate_sum, "N~ T~"},
    OperatorEntry{"AddV2", translate_binary, "T~"},
    OperatorEntry{"AvgPool", translate_pool, "data_format ksize padding strides T~"},
    OperatorEntry{"AvgPool3D", translate_pool, "data_format ksize padding strides T~"},
    OperatorEntry{"BatchMatMulV2", translate_matmul, "adj_x=0 adj_y T~ grad_x~ grad_y~"},
    OperatorEntry{"BiasAdd", translate_bias_add, "data_format T~"},
    OperatorEntry{"Cast", translate_cast, "DstT SrcT~ Truncate=0"},
    OperatorEntry{"ClipByValue", translate_clip, "T~"},
    OperatorEntry{"ConcatV2", translate_concat, "N~ T~ Tidx~"},
    OperatorEntry{"Const", translate_const, "dtype~ value"},
    OperatorEntry{"Conv2D", translate_conv,
                  "data_format dilations explicit_paddings padding strides T~ use_cudnn_on_gpu~"},
    OperatorEntry{"Conv2DBackpropInput", translate_conv_transpose,
                  "data_format dilations explicit_paddings padding strides T~ use_cudnn_on_gpu~"},
    OperatorEntry{"Conv3D", translate_conv, "data_format dilations padding strides T~"},
    OperatorEntry{"Conv3DBackpropInputV2", translate_conv_transpose,
                  "data_format dilations padding strides T~ Tshape~"},
    OperatorEntry{"Elu", translate_unary, "T~"},
    OperatorEntry{"Erf", translate_unary, "T~"},
    OperatorEntry{"Exp", translate_unary, "T~"},
    OperatorEntry{"ExpandDims", translate_expand_dims, "T~ Tdim~"},
    OperatorEntry{"Floor", translate_unary, "T~"},
    OperatorEntry{"FusedBatchNorm", translate_batch_norm,
                  "data_format epsilon exponential_avg_factor~ is_training=0 T~"},
    OperatorEntry{"FusedBatchNormV2", translate_batch_norm,
                  "data_format epsilon exponential_avg_factor~ is_training=0 T~ U~"},
    OperatorEntry{"FusedBatchNormV3", translate_batch_norm,
                  "data_format epsilon exponential_avg_factor~ is_training=0 T~ U~"},
    OperatorEntry{"Identity", translate_identity, "T~"},
    OperatorEntry{"IdentityN", translate_identity, "T~"},
    OperatorEntry{"LeakyRelu", translate_unary, "alpha T~"},
    OperatorEntry{"Log", translate_unary, "T~"},
    OperatorEntry{"MatMul", translate_matmul, "T~ transpose_a=0 transpose_b grad_a~ grad_b~"},
    OperatorEntry{"Max", translate_reduce, "keep_dims T~ Tidx~"},
    OperatorEntry{"MaxPool", translate_pool,
                  "data_format explicit_paddings ksize padding strides T~"},
    OperatorEntry{"MaxPool3D", translate_pool, "data_format ksize padding strides T~"},
    OperatorEntry{"Maximum", translate_binary, "T~"},
    OperatorEntry{"Mean", translate_reduce, "keep_dims T~ Tidx~"},
    OperatorEntry{"Min", translate_reduce, "keep_dims T~ Tidx~"},
    OperatorEntry{"Minimum", translate_binary, "T~"},
    OperatorEntry{"Mul", translate_binary, "T~"},
    OperatorEntry{"Neg", translate_unary, "T~"},
    OperatorEntry{"Pack", translate_pack, "axis N~ T~"},
    OperatorEntry{"Pad", translate_pad, "T~ Tpaddings~"},
    OperatorEntry{"PadV2", translate_pad, "T~ Tpaddings~"},
    OperatorEntry{"PlaceholderWithDefault", translate_identity, "dtype~ shape~"},
    OperatorEntry{"PreventGradient", translate_identity, "message~ T~"},
    OperatorEntry{"Prod", translate_reduce, "keep_dims T~ Tidx~"},
    OperatorEntry{"ReadVariableOp", translate_read_variable, "dtype~"},
    OperatorEntry{"RealDiv", translate_binary, "T~"},
    OperatorEntry{"Reciprocal", translate_unary, "T~"},
    OperatorEntry{"Relu", translate_unary, "T~"},
    OperatorEntry{"Relu6", translate_relu6, "T~"},
    OperatorEntry{"Reshape", translate_reshape, "T~ Tshape~"},
    OperatorEntry{"ResizeNearestNeighbor", translate_resize,
                  "align_corners=0 half_pixel_centers~ T~"},
    OperatorEntry{"Rsqrt", translate_rsqrt, "T~"},
    OperatorEntry{"Selu", translate_unary, "T~"},
    OperatorEntry{"Shape", translate_shape, "out_type~ T~"},
    OperatorEntry{"Sigmoid", translate_unary, "T~"},
    OperatorEntry{"Snapshot", translate_identity, "T~"},
    OperatorEntry{"Softmax", translate_softmax, "T~"},
    OperatorEntry{"Softplus", translate_unary, "T~"},
    OperatorEntry{"Softsign", translate_unary, "T~"},
    OperatorEntry{"Split", translate_split, "num_split T~"},
    OperatorEntry{"SplitV", translate_split, "num_split T~ Tlen~"},
    OperatorEntry{"Sqrt", translate_unary, "T~"},
    OperatorEntry{"Square", translate_square, "T~"},
    OperatorEntry{"Squeeze", translate_squeeze, "squeeze_dims T~"},
    OperatorEntry{"StopGradient", translate_identity, "T~"},
    OperatorEntry{"StridedSlice", translate_strided_slice,
                  "begin_mask ellipsis_mask=0 end_mask Index~ new_axis_mask=0 shrink_axis_mask T~"},
    OperatorEntry{"Sub", translate_binary, "T~"},
    OperatorEntry{"Sum", translate_reduce, "keep_dims T~ Tidx~"},
    OperatorEntry{"Tanh", translate_unary, "T~"},
    OperatorEntry{"Tile", translate_tile, "T~ Tmultiples~"},
    OperatorEntry{"Transpose", translate_transpose, "T~ Tperm~"},
    OperatorEntry{"VarHandleOp", translate_handle,
                  "allowed_devices~ container~ debug_name~ dtype~ shape~ shared_name"},
    OperatorEntry{"Variable", translate_handle, "container~ dtype~ shape~ shared_name"},
    OperatorEntry{"VariableV2", translate_handle, "container~ dtype~ shape~ shared_name"},
};

/// What is not translated but read where functions are inlined and inputs chosen.
constexpr std::string_view call_attributes = "config~ config_proto~ executor_type~ f Tin~ Tout~";
constexpr std::array structure{
    OperatorEntry{"PartitionedCall", nullptr, call_attributes},
    OperatorEntry{"Placeholder", nullptr, "dtype shape"},
    OperatorEntry{"StatefulPartitionedCall", nullptr, call_attributes},
};

/// What is wrong with one attribute; empty: nothing.
std::string problem_of(const std::vector<AttributeRule>& rules, const std::string& name,
                       const Attr& attr) {
  const auto rule = std::ranges::find(rules, name, &AttributeRule::name);
  if (rule == rules.end()) {
    return "which is not known";
  }
  if (!rule->harmless && attr.kind == AttrKind::none) {
    return "whose value is left to a caller or of an unknown kind";
  }
  const bool number = attr.kind == AttrKind::integer || attr.kind == AttrKind::flag;
  if (rule->allowed && (!number || attr.integer != *rule->allowed)) {
    return "of which only " + std::to_string(*rule->allowed) + " is supported";
  }
  return {};
}

}  // namespace

std::span<const OperatorEntry> operator_table() {
  return entries;
}

std::span<const OperatorEntry> structure_table() {
  return structure;
}

const OperatorEntry* find_operator(std::string_view op) {
  for (const std::span<const OperatorEntry> table : {operator_table(), structure_table()}) {
    const auto found = std::ranges::find(table, op, &OperatorEntry::op);
    if (found != table.end()) {
      return &*found;
    }
  }
  return nullptr;
}

void check_attributes(const Node& node, const std::string& place) {
  const OperatorEntry* entry = find_operator(node.op);
  if (entry == nullptr) {
    return;
  }
  const std::vector<AttributeRule> rules = attribute_rules(entry->attributes);
  for (const auto& [name, attr] : node.attrs) {
    // "_class", "_output_shapes", ...: notes of TensorFlow to itself.
    const std::string problem = name.starts_with('_') ? "" : problem_of(rules, name, attr);
    if (!problem.empty()) {
      throw ModelError(place, "has the attribute '" + onnx::printable(name) + "', " + problem);
    }
  }
}

std::string translatable_operators() {
  std::string text;
  for (const OperatorEntry& entry : entries) {
    text += (text.empty() ? "" : ", ") + std::string(entry.op);
  }
  return text;
}

}  // namespace caloquant::tensorflow
