#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace caloquant::hdf5 {

/// Unpacks LZF (Lehmann's LibLZF, the filter 32000 of h5py) into `dst`. Returns how many bytes that
/// are; empty where the data are damaged or need more room.
/// Own code: LibLZF cannot tell the size beforehand, which damaged files are refused by.
/// Format: a control byte c below 32 is followed by c + 1 literal bytes; else its upper three bits
/// are the length - 2 (7: add the next byte) and its lower five, before one more byte, the distance
/// - 1 of a copy from what was unpacked before.
[[nodiscard]] std::optional<std::size_t> unpack_lzf(std::span<const std::byte> src,
                                                    std::span<std::byte> dst);

/// Bytes that `src` unpacks to; empty where the data are damaged.
[[nodiscard]] std::optional<std::size_t> unpacked_size_of_lzf(std::span<const std::byte> src);

}  // namespace caloquant::hdf5
