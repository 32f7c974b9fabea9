#include "graph/io/onnx/attributes.hpp"

namespace caloquant::onnx {
namespace {

Attribute attribute(const std::string& name, AttributeKind kind) {
  Attribute result;
  result.name = name;
  result.kind = kind;
  return result;
}

}  // namespace

Attribute integer_attribute(const std::string& name, std::int64_t value) {
  Attribute result = attribute(name, AttributeKind::integer);
  result.integer = value;
  return result;
}

Attribute integers_attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  Attribute result = attribute(name, AttributeKind::integers);
  result.integers = values;
  return result;
}

Attribute number_attribute(const std::string& name, double value) {
  Attribute result = attribute(name, AttributeKind::number);
  result.number = static_cast<float>(value);
  return result;
}

Attribute text_attribute(const std::string& name, const std::string& value) {
  Attribute result = attribute(name, AttributeKind::text);
  result.text = value;
  return result;
}

}  // namespace caloquant::onnx
