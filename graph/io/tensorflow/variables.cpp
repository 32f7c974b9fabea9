#include "graph/io/tensorflow/variables.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cstdio>

#include "graph/io/onnx/model.hpp"
#include "graph/io/tensorflow/crc32c.hpp"
#include "graph/io/tensorflow/element_types.hpp"
#include "graph/io/tensorflow/sstable.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant::tensorflow {
namespace {

namespace fs = std::filesystem;

constexpr const char* object_graph_key = "_CHECKPOINTABLE_OBJECT_GRAPH";

/// An index is small: a few hundred bytes for each variable.
std::string read_index(const fs::path& file) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 26;
  return InputFile::open(file, ErrorKind::model).text(largest);
}

/// One string: its length, a checksum of the length, its bytes.
std::string only_string(const std::string& bytes, const std::string& place) {
  std::size_t at = 0;
  std::uint64_t length = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    length |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      break;
    }
  }
  constexpr std::size_t checksum = 4;
  if (at + checksum > bytes.size() || bytes.size() - at - checksum != length) {
    throw ModelError(place, "the graph of objects is not one string", "the file is damaged");
  }
  return bytes.substr(at + checksum);
}

}  // namespace

Variables::Variables(fs::path folder, const std::map<std::string, std::string>& keys)
    : folder_(std::move(folder)) {
  const fs::path file = folder_ / "variables.index";
  const std::string bytes = read_index(file);
  bundle_ =
      decode_bundle(read_sstable(std::as_bytes(std::span(bytes)), file.string()), file.string());
  const auto graph = bundle_.entries.find(object_graph_key);
  if (graph != bundle_.entries.end()) {
    const std::string place = file.string() + ": entry '" + object_graph_key + "'";
    keys_ = decode_object_graph(only_string(bytes_of(graph->second, place), place), place);
  }
  for (const auto& [variable, key] : keys) {
    keys_[variable] = {key};
  }
}

std::string Variables::bytes_of(const BundleEntry& entry, const std::string& place) const {
  if (entry.shard < 0 || entry.shard >= bundle_.shards) {
    throw ModelError(place, "lies in data file " + std::to_string(entry.shard) + " of " +
                                std::to_string(bundle_.shards));
  }
  char name[64];
  std::snprintf(name, sizeof name, "variables.data-%05lld-of-%05lld",
                static_cast<long long>(entry.shard), static_cast<long long>(bundle_.shards));
  const fs::path file = folder_ / name;
  const std::optional<InputFile> opened = InputFile::find(file);
  const std::uint64_t available = opened ? opened->size() : 0;
  if (!opened || entry.offset > available || entry.size > available - entry.offset) {
    throw ModelError(place,
                     "has " + counted(entry.size, "byte") + " from byte " +
                         std::to_string(entry.offset) + " of " + name + ", which has " +
                         (opened ? std::to_string(available) : "none"),
                     "copy the whole folder of the model");
  }
  std::string bytes(static_cast<std::size_t>(entry.size), '\0');
  if (opened->read(entry.offset, std::span(bytes)) != bytes.size()) {
    throw ModelError(file.string(), "cannot be read");
  }
  return bytes;
}

/// Under whichever key; all of them must hold the same.
const BundleEntry& Variables::entry_of(const std::string& variable,
                                       const std::string& place) const {
  const auto named = keys_.find(variable);
  const std::vector<std::string> keys =
      named == keys_.end() ? std::vector{variable} : named->second;
  const BundleEntry* found = nullptr;
  for (const std::string& key : keys) {
    const auto entry = bundle_.entries.find(key);
    if (entry == bundle_.entries.end()) {
      continue;
    }
    if (found != nullptr &&
        (found->dims != entry->second.dims || found->size != entry->second.size ||
         found->checksum != entry->second.checksum)) {
      throw ModelError(place, "is the name of two variables with different values",
                       "give the layers of the model different names");
    }
    found = &entry->second;
  }
  if (found == nullptr) {
    throw ModelError(place, "is not in the checkpoint");
  }
  return *found;
}

onnx::Array Variables::read(const std::string& variable) const {
  const std::string place =
      (folder_ / "variables.index").string() + ": variable '" + onnx::printable(variable) + "'";
  const BundleEntry& found = entry_of(variable, place);
  const onnx::ElementType type = element_type_of(found.type);
  const std::int64_t bytes =
      onnx::checked_bytes(type, found.dims, std::numeric_limits<std::int64_t>::max());
  if (type == onnx::ElementType::undefined || bytes < 0 ||
      static_cast<std::uint64_t>(bytes) != found.size) {
    throw ModelError(place,
                     "claims to be type number " + std::to_string(found.type) + " " +
                         to_string(found.dims) + ", but has " + counted(found.size, "byte"),
                     "the file is damaged");
  }
  const std::string content = bytes_of(found, place);
  if (masked_crc32c(std::as_bytes(std::span(content))) != found.checksum) {
    throw ModelError(place, "does not match its checksum", "copy the model again");
  }
  onnx::Array array(type, found.dims);
  std::ranges::copy(std::as_bytes(std::span(content)), array.bytes().begin());
  return with_wide_integers(std::move(array));
}

}  // namespace caloquant::tensorflow
