#pragma once

#include <optional>
#include <string>

#include "graph/io/files/hdf5/check/file_bytes.hpp"

namespace caloquant::hdf5 {

/// Why a file must not be given to libhdf5, or nothing. libhdf5 1.10 trusts what it finds: one bit
/// makes it loop or read and write beyond its buffers. This walks all metadata of the older forms,
/// which have no checksums (superblock, object headers and their messages, groups, local and global
/// heaps, B-trees of version 1), and asks for sizes that agree, addresses inside the file, no byte
/// that belongs to two things and no circle. Newer forms have checksums, which libhdf5 verifies
/// before it decodes; of them what stands in object headers is checked, and the global heaps of
/// their texts, which have none. Source: HDF5 File Format Specification, version 3.0.
[[nodiscard]] std::optional<std::string> damage_in(const FileBytes& file);

/// Where the HDF5 file begins in `file`, behind a user block. Empty: it is none.
[[nodiscard]] std::optional<std::uint64_t> superblock_in(const FileBytes& file);

}  // namespace caloquant::hdf5
