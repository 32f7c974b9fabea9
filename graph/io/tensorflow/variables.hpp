#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/io/onnx/array.hpp"
#include "graph/io/tensorflow/proto/read_program.hpp"

namespace caloquant::tensorflow {

/// The checkpoint of a SavedModel: `variables/variables.index` and its data files. Tensors are read
/// when they are asked for, and their checksums verified.
class Variables {
 public:
  /// `folder` is that of the variables; `keys` says where variables lie (restore_keys()), for
  /// others the checkpoint's own graph of objects does. Throws ModelError.
  Variables(std::filesystem::path folder, const std::map<std::string, std::string>& keys);

  /// The value of the variable with that (shared) name. Throws ModelError.
  [[nodiscard]] onnx::Array read(const std::string& variable) const;

 private:
  [[nodiscard]] const BundleEntry& entry_of(const std::string& variable,
                                            const std::string& place) const;
  [[nodiscard]] std::string bytes_of(const BundleEntry& entry, const std::string& place) const;

  std::filesystem::path folder_;
  Bundle bundle_;
  std::map<std::string, std::vector<std::string>> keys_;  ///< by variable
};

}  // namespace caloquant::tensorflow
