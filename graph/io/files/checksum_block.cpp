#include "graph/io/files/checksum_block.hpp"

#include <fstream>
#include <sstream>

#include "graph/io/files/sha256.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

constexpr const char* word = "caloquant-model";

}  // namespace

std::optional<ChecksumBlock> read_checksum_block(const std::filesystem::path& file) {
  const std::optional<InputFile> opened = InputFile::find(file);
  std::string bytes(checksum_block_bytes, '\0');
  if (!opened || opened->read(0, std::span(bytes)) != bytes.size()) {
    return std::nullopt;
  }
  std::istringstream line(bytes.substr(0, bytes.find('\n')));
  std::string first;
  ChecksumBlock block;
  if (!(line >> first >> block.version >> block.sha256) || first != word) {
    return std::nullopt;
  }
  return block;
}

std::string hash_behind_block(const std::filesystem::path& file) {
  return sha256_of_file(file, checksum_block_bytes);
}

bool write_checksum_block(const std::filesystem::path& file, std::int64_t version) {
  const std::string line =
      std::string(word) + " " + std::to_string(version) + " " + hash_behind_block(file) + "\n";
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.write(line.data(), static_cast<std::streamsize>(line.size()));
  stream.flush();
  return static_cast<bool>(stream);
}

}  // namespace caloquant
