#include "graph/io/seal.hpp"

#include <fstream>
#include <sstream>

#include "graph/io/sha256.hpp"

namespace caloquant {
namespace {

constexpr const char* word = "caloquant-model";

}  // namespace

std::optional<Seal> read_seal(const std::filesystem::path& file) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(file, absent)) {
    return std::nullopt;  // a pipe would be waited for
  }
  std::ifstream stream(file, std::ios::binary);
  std::string block(seal_bytes, '\0');
  if (!stream.read(block.data(), static_cast<std::streamsize>(block.size()))) {
    return std::nullopt;
  }
  std::istringstream line(block.substr(0, block.find('\n')));
  std::string first;
  Seal seal;
  if (!(line >> first >> seal.version >> seal.sha256) || first != word) {
    return std::nullopt;
  }
  return seal;
}

std::string sealed_hash(const std::filesystem::path& file) {
  return sha256_of_file(file, seal_bytes);
}

bool write_seal(const std::filesystem::path& file, std::int64_t version) {
  const std::string line =
      std::string(word) + " " + std::to_string(version) + " " + sealed_hash(file) + "\n";
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.write(line.data(), static_cast<std::streamsize>(line.size()));
  stream.flush();
  return static_cast<bool>(stream);
}

}  // namespace caloquant
