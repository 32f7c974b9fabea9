// Which values of the ONNX model are the layers of the TensorFlow model.
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

/// "a/b" and "a" of "a/b/Conv3D": the innermost first.
std::vector<std::string> scopes_of(const std::string& node) {
  std::vector<std::string> scopes;
  for (std::size_t slash = node.rfind('/'); slash != std::string::npos && slash > 0;
       slash = node.rfind('/', slash - 1)) {
    scopes.push_back(node.substr(0, slash));
  }
  return scopes;
}

std::string last_component(const std::string& scope) {
  return scope.substr(scope.rfind('/') + 1);
}

}  // namespace

ImportedLayers Translation::layers() const {
  std::vector<std::pair<const Node*, const Value*>> computed;
  std::map<std::string, const Node*> last_of;  // by scope "model/conv3d_1", and every outer one
  std::map<std::string, std::size_t> scopes;   // how many have the last component
  for (const Node& node : program_.nodes) {
    const auto values = values_.find(node.name);
    if (values == values_.end() || values->second.size() != 1 || values->second[0].constant ||
        !values->second[0].variable.empty()) {
      continue;
    }
    computed.emplace_back(&node, &values->second[0]);
    for (const std::string& scope : scopes_of(node.name)) {
      scopes[last_component(scope)] += last_of.insert_or_assign(scope, &node).second ? 1U : 0U;
    }
  }
  ImportedLayers layers;
  for (const auto& [node, value] : computed) {
    ImportedLayer layer{{}, "TensorFlow " + node->op, value->name, value->channels_first};
    for (const std::string& scope : scopes_of(node->name)) {
      if (last_of.at(scope) == node) {
        const std::string name = last_component(scope);
        layer.names.push_back(scopes.at(name) == 1 ? name : scope);
      }
    }
    layer.names.push_back(node->name);
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace caloquant::tensorflow
