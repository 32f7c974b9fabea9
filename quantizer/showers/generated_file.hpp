#pragma once

#include "graph/io/files/h5file.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/showers/block_writer.hpp"
#include "quantizer/showers/generate.hpp"

namespace caloquant {

// What a file of generate() says that it is, as attributes of its root.
inline constexpr const char* generated_format = "caloquant showers";  ///< _format
inline constexpr std::int64_t generated_version = 1;                  ///< _version

/// Did generate() write the file? One in CERN's layout may have attributes of its own, also one
/// called units. Throws DataError for another version.
[[nodiscard]] bool is_generated(const H5File& file);

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
