#include "graph/io/tensorflow/sstable.hpp"

#include <caloquant/error.hpp>
#include <cstdint>
#include <cstring>

#include "graph/io/tensorflow/crc32c.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::tensorflow {
namespace {

constexpr std::size_t footer_bytes = 48;
constexpr std::size_t trailer_bytes = 5;  // type and checksum
constexpr std::size_t longest_key = 2048;
constexpr std::uint64_t magic = 0xDB4775248B80FB57ULL;

/// Reads numbers from front to back within a part of the file.
class Cursor {
 public:
  Cursor(std::span<const std::byte> bytes, std::size_t offset, const std::string& place)
      : bytes_(bytes), offset_(offset), place_(place) {}

  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

  [[noreturn]] void fail(const std::string& problem) const {
    throw ModelError(place_ + ": byte " + std::to_string(offset_ + at_), problem,
                     "the file is damaged or no variables.index");
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_end()) {
        break;
      }
      const auto byte = static_cast<std::uint64_t>(bytes_[at_++]);
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) {
        return value;
      }
    }
    fail("a number does not end");
  }

  std::string text(std::uint64_t length) {
    if (length > bytes_.size() - at_) {
      fail("claims " + counted(length, "byte") + ", " + std::to_string(bytes_.size() - at_) +
           " are left");
    }
    const auto* begin = reinterpret_cast<const char*>(bytes_.data() + at_);
    at_ += static_cast<std::size_t>(length);
    return {begin, static_cast<std::size_t>(length)};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t offset_;
  std::size_t at_ = 0;
  const std::string& place_;
};

template <typename T>
T fixed(std::span<const std::byte> bytes) {
  T value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);  // little-endian, as all machines we run on
  return value;
}

class Table {
 public:
  Table(std::span<const std::byte> bytes, const std::string& place)
      : bytes_(bytes), place_(place) {}

  std::map<std::string, std::string> read() {
    if (bytes_.size() < footer_bytes || fixed<std::uint64_t>(bytes_.last(sizeof magic)) != magic) {
      throw ModelError(place_, "does not end as a sorted string table",
                       "the file is cut off or no variables.index");
    }
    const std::size_t start = bytes_.size() - footer_bytes;
    Cursor footer(bytes_.subspan(start, footer_bytes - sizeof magic), start, place_);
    (void)footer.varint();  // the meta index
    (void)footer.varint();
    const auto index = block(footer);
    std::map<std::string, std::string> entries;
    for (const auto& [key, handle] : entries_of(index)) {
      Cursor cursor(std::as_bytes(std::span(handle)), 0, place_);
      for (auto& [name, value] : entries_of(block(cursor))) {
        entries[name] = std::move(value);
      }
    }
    return entries;
  }

 private:
  struct Block {
    std::span<const std::byte> content;
    std::size_t offset;
  };

  /// The block whose handle (offset, size) the cursor reads.
  Block block(Cursor& handle) {
    const std::uint64_t offset = handle.varint();
    const std::uint64_t size = handle.varint();
    if (offset > bytes_.size() || size > bytes_.size() - offset ||
        bytes_.size() - offset - size < trailer_bytes) {
      handle.fail("a block of " + counted(size, "byte") + " from byte " + std::to_string(offset) +
                  " is not within the file");
    }
    read_ += size;
    if (read_ > bytes_.size()) {
      handle.fail("blocks overlap");
    }
    const auto at = static_cast<std::size_t>(offset);
    const auto length = static_cast<std::size_t>(size);
    const auto with_type = bytes_.subspan(at, length + 1);
    const std::string where = place_ + ": byte " + std::to_string(at);
    if (fixed<std::uint32_t>(bytes_.subspan(at + length + 1, 4)) != masked_crc32c(with_type)) {
      throw ModelError(where, "a block does not match its checksum", "copy the model again");
    }
    if (with_type.back() != std::byte{0}) {
      throw ModelError(where, "a block is compressed, which TensorFlow does not write");
    }
    return {with_type.first(length), at};
  }

  /// Keys share their beginnings with the one before.
  std::map<std::string, std::string> entries_of(const Block& block) const {
    std::map<std::string, std::string> entries;
    Cursor whole(block.content, block.offset, place_);
    if (block.content.size() < 4) {
      whole.fail("a block has no restart points");
    }
    const std::uint64_t restarts = fixed<std::uint32_t>(block.content.last(4));
    if (restarts * 4 + 4 > block.content.size()) {
      whole.fail("a block claims " + std::to_string(restarts) + " restart points");
    }
    const std::size_t end = block.content.size() - static_cast<std::size_t>(restarts) * 4 - 4;
    Cursor cursor(block.content.first(end), block.offset, place_);
    std::string key;
    while (!cursor.at_end()) {
      const std::uint64_t shared = cursor.varint();
      const std::uint64_t own = cursor.varint();
      const std::uint64_t length = cursor.varint();
      if (shared > key.size()) {
        cursor.fail("a key shares more bytes than the key before has");
      }
      key.resize(static_cast<std::size_t>(shared));
      key += cursor.text(own);
      if (key.size() > longest_key) {
        cursor.fail("a key has more than " + std::to_string(longest_key) + " bytes");
      }
      entries[key] = cursor.text(length);
    }
    return entries;
  }

  std::span<const std::byte> bytes_;
  const std::string& place_;
  std::uint64_t read_ = 0;  ///< bytes of blocks so far
};

}  // namespace

std::map<std::string, std::string> read_sstable(std::span<const std::byte> bytes,
                                                const std::string& place) {
  return Table(bytes, place).read();
}

}  // namespace caloquant::tensorflow
