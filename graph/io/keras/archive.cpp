#include "graph/io/keras/archive.hpp"

#include <caloquant/error.hpp>

#include "graph/io/files/zip_file.hpp"

namespace caloquant {
namespace {

constexpr std::size_t most_text = std::size_t{1} << 26;
constexpr std::size_t most_weights = std::size_t{1} << 31;

Json json_member(const ZipFile& archive, const std::filesystem::path& file, const char* member) {
  const std::vector<std::byte> bytes = archive.read(member, most_text);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return parse_json<ModelError>(text, file.string() + ":" + member);
}

}  // namespace

KerasArchive read_keras_archive(const std::filesystem::path& file) {
  const ZipFile archive(file);
  for (const char* member : {"config.json", "model.weights.h5"}) {
    if (!archive.has(member)) {
      throw ModelError(file.string(), std::string("has no member '") + member + "'",
                       "is it an archive that model.save(\"name.keras\") has written?");
    }
  }
  std::string version;
  if (archive.has("metadata.json")) {
    const Json metadata = json_member(archive, file, "metadata.json");
    if (metadata.is_object() && metadata.contains("keras_version") &&
        metadata.at("keras_version").is_string()) {
      version = metadata.at("keras_version").get<std::string>();
    }
  }
  const std::vector<std::byte> weights = archive.read("model.weights.h5", most_weights);
  return {json_member(archive, file, "config.json"), version,
          H5File::open_bytes(weights, file.string() + ":model.weights.h5", ErrorKind::model)};
}

}  // namespace caloquant
