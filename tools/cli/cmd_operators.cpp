#include <iostream>

#include "graph/io/keras/layers.hpp"
#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/table.hpp"
#include "graph/io/tensorflow/operator_table.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_operators(Command& app, Action& action) {
  Command* command = add_command(
      app, {"operators",
            check_commands,
            "Print the operators that are read of each format (Markdown)",
            "The Keras layers, ONNX operators and TensorFlow operators that networks may hold, as "
            "graph/OPERATORS.md lists them.",
            {"caloquant operators"}});
  command->callback([&action] {
    action = [] {
      std::cout << "**Keras layers:** " << supported_keras_layers()
                << "\n\n**ONNX, as layers of the network:** " << onnx::importable_operators()
                << "\n\n**ONNX, evaluated (constants, `test-onnx`):** "
                << onnx::supported_operators() << "\n\n**TensorFlow:** "
                << tensorflow::translatable_operators() << ", and calls of functions\n";
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
