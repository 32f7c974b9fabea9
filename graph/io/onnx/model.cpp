#include "graph/io/onnx/model.hpp"

#include <algorithm>
#include <sstream>

#include "ops/core/terminal_text.hpp"

namespace caloquant::onnx {

std::string printable(const std::string& text) {
  constexpr std::size_t longest = 80;
  std::size_t end = std::min(longest, text.size());
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // not inside a character
  }
  return terminal_text(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

std::string NodeDef::label() const {
  const std::string called = name.empty() ? std::to_string(index) : "'" + printable(name) + "'";
  return "node " + called + " (" + printable(op) + ")";
}

namespace {

std::string listed(const std::vector<std::int64_t>& values) {
  std::string text;
  for (const std::int64_t value : values) {
    text += (text.empty() ? "" : ",") + std::to_string(value);
  }
  return "[" + text + "]";
}

/// Empty for what is not worth a message.
std::string value_text(const Attribute& attribute) {
  switch (attribute.kind) {
    case AttributeKind::number: {
      std::ostringstream text;
      text << attribute.number;
      return text.str();
    }
    case AttributeKind::integer:
      return std::to_string(attribute.integer);
    case AttributeKind::text:
      return printable(attribute.text);
    case AttributeKind::integers:
      return listed(attribute.integers);
    case AttributeKind::none:
    case AttributeKind::array:
    case AttributeKind::numbers:
    case AttributeKind::texts:
    case AttributeKind::other:
      break;
  }
  return "";
}

}  // namespace

std::string NodeDef::kind() const {
  std::string text = printable(op);
  for (const Attribute& attribute : attributes) {
    const std::string value = value_text(attribute);
    if (!value.empty()) {
      text += " " + printable(attribute.name) + "=" + value;
    }
  }
  return text;
}

std::string Model::place(const NodeDef& node) const {
  std::string label = node.label();
  label.insert(label.size() - 1, ", opset " + std::to_string(opset));
  return file.string() + ": " + label;
}

}  // namespace caloquant::onnx
