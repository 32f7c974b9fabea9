#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "graph/io/tensorflow/program.hpp"

namespace caloquant::tensorflow {

/// `saved_model.pb`: the meta graph that is tagged "serve", or the only one. Throws ModelError.
[[nodiscard]] Program read_saved_model_file(const std::filesystem::path& file);

/// A frozen GraphDef (.pb). Throws ModelError.
[[nodiscard]] Program read_graph_def_file(const std::filesystem::path& file);

/// Where a tensor of a checkpoint lies.
struct BundleEntry {
  std::int64_t type = 0;  ///< DataType
  Shape dims;
  std::int64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< bytes
  std::uint32_t checksum = 0;
};

struct Bundle {
  std::int64_t shards = 1;
  std::map<std::string, BundleEntry> entries;  ///< by key
};

/// The content of variables.index. Throws ModelError.
[[nodiscard]] Bundle decode_bundle(const std::map<std::string, std::string>& table,
                                   const std::string& place);

/// variable name -> keys, of a serialized TrackableObjectGraph: Keras 3 saves a variable under each
/// object that holds it. Throws ModelError.
[[nodiscard]] std::map<std::string, std::vector<std::string>> decode_object_graph(
    const std::string& bytes, const std::string& place);

}  // namespace caloquant::tensorflow
