#include "graph/io/tensorflow/tensorflow_reader.hpp"

#include <fstream>
#include <optional>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/topology.hpp"
#include "graph/io/tensorflow/restore_keys.hpp"
#include "graph/io/tensorflow/translation.hpp"

namespace caloquant {

namespace fs = std::filesystem;

bool is_saved_model(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path / "saved_model.pb", error);
}

bool looks_like_graph_def(const fs::path& file) {
  // Field 1, a message: the first node. ONNX and SavedModel begin with a number.
  std::ifstream stream(file, std::ios::binary);
  return stream.get() == 0x0A;
}

onnx::Model saved_model_as_onnx(const fs::path& folder) {
  const tensorflow::Program program = tensorflow::read_saved_model_file(folder / "saved_model.pb");
  const tensorflow::FlatProgram flat = tensorflow::inline_functions(program);
  std::optional<tensorflow::Variables> variables;
  if (fs::exists(folder / "variables" / "variables.index")) {
    variables.emplace(folder / "variables", tensorflow::restore_keys(program));
  }
  return tensorflow::Translation(flat, variables ? &*variables : nullptr).run();
}

onnx::Model graph_def_as_onnx(const fs::path& file) {
  const tensorflow::FlatProgram flat =
      tensorflow::inline_functions(tensorflow::read_graph_def_file(file));
  return tensorflow::Translation(flat, nullptr).run();
}

Graph read_saved_model(const fs::path& folder) {
  return onnx::import_model(saved_model_as_onnx(folder));
}

Graph read_graph_def(const fs::path& file) {
  return onnx::import_model(graph_def_as_onnx(file));
}

}  // namespace caloquant
