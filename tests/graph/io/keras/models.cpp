#include "tests/graph/io/keras/models.hpp"

#include <fstream>

#include "graph/io/keras/reader.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ",\n") + part;
  }
  return text;
}

std::string reference(const std::string& name, int call) {
  return "[\"" + name + "\", " + std::to_string(call) + ", 0]";
}

}  // namespace

std::string called(const std::string& class_name, const std::string& name,
                   const std::string& config, const std::string& inbound_nodes) {
  std::string text = R"({"class_name": ")" + class_name + R"(", "name": ")" + name +
                     R"(", "config": {"name": ")" + name + "\"";
  text += config.empty() ? "}" : ", " + config + "}";
  return text + (inbound_nodes.empty() ? "}" : R"(, "inbound_nodes": )" + inbound_nodes + "}");
}

std::string layer(const std::string& class_name, const std::string& name, const std::string& config,
                  const std::string& reads) {
  return called(class_name, name, config, reads.empty() ? "" : "[[" + reference(reads, 0) + "]]");
}

std::string input(const std::string& name, const std::string& extents) {
  return called("InputLayer", name, R"("batch_input_shape": [null, )" + extents + "]", "[]");
}

std::string nested(const std::string& name, const std::vector<std::string>& layers,
                   const std::string& reads) {
  return called("Sequential", name, R"("layers": [)" + joined(layers) + "]",
                "[[" + reference(reads, 0) + "]]");
}

std::string sequential(const std::vector<std::string>& layers) {
  return R"({"class_name": "Sequential", "config": {"name": "model", "layers": [)" +
         joined(layers) + "]}}";
}

std::string functional(const std::vector<std::string>& layers, const std::string& input,
                       const std::vector<std::string>& outputs) {
  std::vector<std::string> ends;
  ends.reserve(outputs.size());
  for (const std::string& output : outputs) {
    ends.push_back(reference(output, 0));
  }
  return R"({"class_name": "Functional", "config": {"name": "model", "layers": [)" +
         joined(layers) + R"(], "input_layers": [)" + reference(input, 0) +
         R"(], "output_layers": [)" + joined(ends) + "]}}";
}

Graph read_random(const std::string& architecture, std::uint64_t seed) {
  const TempDir folder;
  std::ofstream(folder / "model.json") << architecture;
  return read_keras({folder / "model.json", {}, seed});
}

}  // namespace caloquant::testing
