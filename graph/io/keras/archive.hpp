#pragma once

#include <filesystem>

#include "graph/io/files/h5file.hpp"
#include "graph/json/json.hpp"

namespace caloquant {

/// What a `.keras` archive (Keras 2.12 to 3) holds.
struct KerasArchive {
  Json config;          ///< config.json
  std::string version;  ///< of Keras, from metadata.json
  H5File weights;       ///< model.weights.h5
};

/// Throws ModelError naming the member.
[[nodiscard]] KerasArchive read_keras_archive(const std::filesystem::path& file);

}  // namespace caloquant
