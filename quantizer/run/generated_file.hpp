#pragma once

#include "graph/io/h5file.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/run/block_writer.hpp"
#include "quantizer/run/generate.hpp"

namespace caloquant {

/// The HDF5 file described at generate().
class GeneratedFile {
 public:
  /// `image`: [X, Y, Z]. Throws BackendError, and ModelError when a model file cannot be hashed.
  GeneratedFile(const Graph& graph, const GenerateOptions& options, const Shape& image);

  void write(const GeneratedBlock& block);
  /// Until then nothing has the file's name.
  void commit() { file_.commit(); }

 private:
  void describe(const Graph& graph, const GenerateOptions& options);

  H5File file_;
  bool with_target_;
  std::size_t cells_;  ///< of one image
};

}  // namespace caloquant
