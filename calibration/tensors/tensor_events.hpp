#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// A tensor that a network has and files must hold, row by row.
struct WantedTensor {
  std::string name;  ///< in the network
  /// [N, ...], any of these; extents of 1 may lie elsewhere in the file or be missing.
  std::vector<Shape> shapes;
  std::string role;  ///< for messages: "input", "target"
};

/// How tensors are called in the files: by the network's name; the key "" for the only one. What is
/// not named is looked for under its own name, as `fallback` (input_0), and as the only array.
using TensorNames = std::map<std::string, std::string>;

/// Some tensors of a row of files with events: the rows of the first file come first, then those of
/// the second. Files stay open.
class TensorEvents {
 public:
  /// `fallbacks`: a further name for each tensor; `follow_links`: as H5File::open(). Throws
  /// DataError for a tensor that is not there or is ambiguous, and for rows or extents that do not
  /// fit.
  TensorEvents(const std::vector<std::filesystem::path>& files, std::vector<WantedTensor> wanted,
               const TensorNames& names, const std::vector<std::string>& fallbacks,
               bool follow_links = false);
  /// The same of files that are open already.
  TensorEvents(std::vector<std::unique_ptr<TensorFile>> files, std::vector<WantedTensor> wanted,
               const TensorNames& names, const std::vector<std::string>& fallbacks);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// Extents of a tensor as the first file has them.
  [[nodiscard]] const Shape& shape(std::size_t tensor) const { return shapes_[tensor]; }
  /// Rows [first, first + count) of every tensor, one span [count, ...] each.
  void fill(std::int64_t first, std::int64_t count, std::span<const std::span<float>> dst) const;
  /// Rows [first, first + count) of one tensor. Throws DataError for a value that is not finite,
  /// with its row.
  void read(std::size_t tensor, std::int64_t first, std::int64_t count, std::span<float> dst) const;

 private:
  struct Part {
    std::unique_ptr<TensorFile> file;
    std::vector<std::string> names;  ///< of each tensor
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  void add(std::unique_ptr<TensorFile> file, const TensorNames& names,
           const std::vector<std::string>& fallbacks);

  std::vector<WantedTensor> wanted_;
  std::vector<Shape> shapes_;
  std::vector<Part> parts_;
  std::int64_t rows_ = 0;
};

/// The inputs of a network as tensors that are wanted.
[[nodiscard]] std::vector<WantedTensor> inputs_of(const Graph& graph);

/// Wanted tensors in arrays that must outlive the result; the only one may have the name "". Throws
/// as the constructor.
[[nodiscard]] TensorEvents arrays_as_events(const std::map<std::string, ArrayView>& arrays,
                                            std::vector<WantedTensor> wanted);

/// The inputs of a network, `input_i` being another name of the i-th. Throws as the constructor.
[[nodiscard]] TensorEvents open_network_inputs(const Graph& graph,
                                               const std::vector<std::filesystem::path>& files,
                                               const TensorNames& names, bool follow_links = false);

/// "input_0", "input_1", ...
[[nodiscard]] std::vector<std::string> numbered(const std::string& prefix, std::size_t count);

/// Are they the same but for N and for extents of 1?
[[nodiscard]] bool same_but_for_ones(const Shape& a, const Shape& b);

}  // namespace caloquant
