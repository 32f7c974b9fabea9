#pragma once

#include <map>
#include <span>
#include <string>

namespace caloquant::tensorflow {

/// All entries of a sorted string table, the format of LevelDB (doc/table_format.md) in which
/// TensorFlow writes `variables.index`: uncompressed blocks, every checksum verified. `place` names
/// the bytes in messages. Throws ModelError with the byte offset; nothing is allocated that the
/// bytes do not hold. Own code: LevelDB allocates what a block claims before it reads it.
[[nodiscard]] std::map<std::string, std::string> read_sstable(std::span<const std::byte> bytes,
                                                              const std::string& place);

}  // namespace caloquant::tensorflow
