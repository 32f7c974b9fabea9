#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

std::string printable(const std::string& text) {
  constexpr std::size_t longest = 80;
  std::string result;
  for (const char letter : text.substr(0, longest)) {
    const auto code = static_cast<unsigned char>(letter);
    result += code >= 0x20 && code != 0x7f ? letter : '?';
  }
  return text.size() > longest ? result + "..." : result;
}

std::string NodeDef::label() const {
  const std::string called = name.empty() ? std::to_string(index) : "'" + printable(name) + "'";
  return "node " + called + " (" + printable(op) + ")";
}

std::string Model::place(const NodeDef& node) const {
  std::string label = node.label();
  label.insert(label.size() - 1, ", opset " + std::to_string(opset));
  return file.string() + ": " + label;
}

}  // namespace caloquant::onnx
