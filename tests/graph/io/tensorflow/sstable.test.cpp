#include "graph/io/tensorflow/sstable.hpp"

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <cstdint>
#include <string_view>

#include "graph/io/tensorflow/crc32c.hpp"
#include "tests/support/support.hpp"

namespace caloquant::tensorflow {
namespace {

using caloquant::testing::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) {
    text += static_cast<char>(value | 0x80);
  }
  return text + static_cast<char>(value);
}

std::string fixed32(std::uint32_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// A block with its type and checksum; entries share nothing, one restart point.
std::string block(const std::string& entries) {
  const std::string content = entries + fixed32(0) + fixed32(1) + '\0';
  return content + fixed32(masked_crc32c(bytes_of(content)));
}

std::string entry(std::size_t shared, const std::string& own, const std::string& value) {
  return varint(shared) + varint(own.size()) + varint(value.size()) + own + value;
}

/// A table of one data block, its index and an empty meta index.
std::string table(const std::string& entries) {
  const auto content_size = [](const std::string& whole) { return whole.size() - 5; };
  const std::string data = block(entries);
  const std::string meta = block("");
  const std::string index = block(entry(0, "z", varint(0) + varint(content_size(data))));
  std::string footer = varint(data.size()) + varint(content_size(meta)) +
                       varint(data.size() + meta.size()) + varint(content_size(index));
  footer.resize(40, '\0');
  const std::uint64_t magic = 0xDB4775248B80FB57ULL;
  footer.append(reinterpret_cast<const char*>(&magic), sizeof magic);
  return data + meta + index + footer;
}

/// RFC 3720, B.4: the CRC of 32 bytes of zeros, masked as LevelDB does.
TEST(Crc32c, KnownValue) {
  const std::string zeros(32, '\0');
  const std::uint32_t crc = 0x8A9136AAU;
  EXPECT_EQ(masked_crc32c(bytes_of(zeros)), ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U);
}

TEST(SortedStringTable, KeysShareTheirBeginnings) {
  const std::string bytes =
      table(entry(0, "layer/a", "1") + entry(6, "bc", "22") + entry(2, "", ""));
  EXPECT_THAT(read_sstable(bytes_of(bytes), "t"),
              ElementsAre(Pair("la", ""), Pair("layer/a", "1"), Pair("layer/bc", "22")));
}

TEST(SortedStringTable, RefusesWhatIsImpossible) {
  const auto refusal = [](const std::string& bytes) {
    return message_of([&] { (void)read_sstable(bytes_of(bytes), "t"); });
  };
  EXPECT_THAT(refusal(""), HasSubstr("does not end as a sorted string table"));
  EXPECT_THAT(refusal(table(entry(5, "a", "1"))), HasSubstr("shares more bytes"));
  EXPECT_THAT(refusal(table(varint(0) + varint(1) + varint(1ULL << 60) + "a")),
              AllOf(HasSubstr("t: byte"), HasSubstr("claims 1152921504606846976 bytes")));
  EXPECT_THAT(refusal(table(varint(0) + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")),
              HasSubstr("a number does not end"));
  EXPECT_THAT(refusal(table(entry(0, std::string(3000, 'a'), "1"))), HasSubstr("a key has more"));
  std::string damaged = table(entry(0, "a", "1"));
  damaged[3] = 'b';
  EXPECT_THAT(refusal(damaged), HasSubstr("does not match its checksum"));
}

}  // namespace
}  // namespace caloquant::tensorflow
