#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace caloquant::tensorflow {

/// CRC-32C (Castagnoli; RFC 3720, B.4), masked as LevelDB and TensorFlow store it, so that a
/// checksum of data with checksums in it is no fixed point. Own code: zlib and libcrypto have other
/// polynomials, and checkpoints are read once.
[[nodiscard]] std::uint32_t masked_crc32c(std::span<const std::byte> bytes);

}  // namespace caloquant::tensorflow
