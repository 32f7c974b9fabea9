// Constants, variables, and what hands a value on.

#include <caloquant/error.hpp>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/tensorflow/element_types.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {

Outputs translate_const(Translation& out, const Node& node) {
  const Attr* value = node.find("value", AttrKind::tensor);
  out.require(value != nullptr, node, "has no value, or text");
  return {out.constant(node.name, *value->tensor)};
}

Outputs translate_handle(Translation& out, const Node& node) {
  const std::string shared = node.text("shared_name", "");
  const std::string name = shared.empty() ? node.name : shared;
  if (node.op != "VarHandleOp") {  // VariableV2, Variable: the value itself
    return {out.constant(node.name, out.variable(node, name))};
  }
  Value handle;
  handle.variable = name;
  return {handle};
}

Outputs translate_read_variable(Translation& out, const Node& node) {
  const Value& handle = out.input(node, 0);
  if (handle.variable.empty()) {  // frozen: the handle has become a constant
    return {handle};
  }
  return {out.constant(node.name, out.variable(node, handle.variable))};
}

Outputs translate_identity(Translation& out, const Node& node) {
  if (node.op == "IdentityN") {
    Outputs values;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      values.push_back(out.input(node, i));
    }
    return values;
  }
  return {out.input(node, 0)};
}

Outputs translate_cast(Translation& out, const Node& node) {
  using onnx::ElementType;
  const Value& src = out.input(node, 0);
  ElementType type = element_type_of(node.integer("DstT", 0));
  out.require(type != ElementType::undefined, node, "casts to an unsupported type");
  type = type == ElementType::s32 ? ElementType::s64 : type;  // as all integers here
  Value dst = out.add("Cast", node.name, {src.name},
                      {onnx::integer_attribute("to", static_cast<std::int64_t>(type))});
  dst.rank = src.rank;
  dst.length = src.length;
  dst.channels_first = src.channels_first;
  return {dst};
}

}  // namespace caloquant::tensorflow
