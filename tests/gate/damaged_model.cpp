#include "tests/gate/damaged_model.hpp"

#include <caloquant/error.hpp>

#include "graph/io/native/native_format.hpp"
#include "graph/ir/editor.hpp"
#include "quantizer/output/emit/native_model.hpp"

namespace caloquant::testing {

void write_damaged_model(const std::filesystem::path& model, const std::string& layer, float factor,
                         const std::filesystem::path& damaged) {
  GraphEditor editor(read_native(model).graph);
  const std::vector<Node>& nodes = editor.graph().nodes();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (node.name == layer && node.quant && is_integer(node.quant->src)) {
      LayerQuant quant = *node.quant;
      quant.src.scale *= factor;
      editor.set_quant(NodeId(i), quant, editor.graph().value(node.inputs[1]).constant);
      write_converted_model(editor.finish(), damaged);
      return;
    }
  }
  throw ModelError(model.string() + ": layer '" + layer + "'", "has no integer src to damage",
                   "name a layer that is int8 or w8a16");
}

}  // namespace caloquant::testing
