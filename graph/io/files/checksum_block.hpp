#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "graph/io/files/output_file.hpp"

namespace caloquant {

/// The user block in front of an HDF5 file of ours: one line "caloquant-model VERSION SHA256", the
/// hash over everything behind the block. It is looked at before libhdf5 is, which reads (and
/// writes) beyond its buffers when the metadata of a file is damaged.
inline constexpr std::size_t checksum_block_bytes = 512;

struct ChecksumBlock {
  std::int64_t version = 0;
  std::string sha256;
};

/// Nothing when the file cannot be read or does not begin with a block.
[[nodiscard]] std::optional<ChecksumBlock> read_checksum_block(const std::filesystem::path& file);

/// SHA-256 of the bytes behind the block, in hexadecimal.
[[nodiscard]] std::string hash_behind_block(const std::filesystem::path& file);

/// Fills the block of a file that was written with one. Throws BackendError.
void write_checksum_block(OutputFile& output, std::int64_t version);

}  // namespace caloquant
