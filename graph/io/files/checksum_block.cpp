#include "graph/io/files/checksum_block.hpp"

#include <cerrno>
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

void write_checksum_block(OutputFile& output, std::int64_t version) {
  const std::string hash = hash_behind_block(output.path());
  if (hash.empty()) {
    output.fail(EIO);  // what was written cannot be read
  }
  output.write_at(0, std::string(word) + " " + std::to_string(version) + " " + hash + "\n");
}

}  // namespace caloquant
