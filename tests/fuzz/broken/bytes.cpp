#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {
namespace {

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) {
    text += static_cast<char>(i < sizeof value ? value >> (8 * i) : 0);
  }
  return text;
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) {
    bytes += static_cast<char>(value | 0x80U);
  }
  return bytes + static_cast<char>(value);
}

/// CRC-32 of ZIP (ISO 3309).
std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

}  // namespace

std::string fixture(const std::string& path) {
  const std::filesystem::path tests = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests";
  for (const char* folder : {"fixtures", "fuzz/corpus"}) {
    std::ifstream stream(tests / folder / path, std::ios::binary);
    if (stream) {
      return {std::istreambuf_iterator<char>(stream), {}};
    }
  }
  throw std::runtime_error("there is no fixture " + path);
}

std::string first_part(const std::string& bytes, double part) {
  return bytes.substr(0, static_cast<std::size_t>(part * static_cast<double>(bytes.size())));
}

std::string with_bytes(std::string bytes, std::size_t at, std::string_view to) {
  return bytes.replace(at, to.size(), to);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) {
    throw std::runtime_error("there is no '" + std::string(from) + "' to replace");
  }
  return text.replace(at, from.size(), to);
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

std::string wire_number(unsigned field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}

std::string wire_bytes(unsigned field, std::string_view bytes) {
  return varint(field << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}

std::string floats_as_bytes(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : members) {
    const std::string facts = little_endian(0, 2) + little_endian(0, 2) + little_endian(0x21, 4) +
                              little_endian(crc32_of(content), 4) +
                              little_endian(content.size(), 4) + little_endian(content.size(), 4) +
                              little_endian(name.size(), 2) + little_endian(0, 2);
    directory += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + facts +
                 little_endian(0, 10) + little_endian(archive.size(), 4) + name;
    archive += "PK\x03\x04" + little_endian(20, 2) + facts + name + content;
  }
  const std::uint64_t begin = archive.size();
  return archive + directory + "PK\x05\x06" + little_endian(0, 4) +
         little_endian(members.size(), 2) + little_endian(members.size(), 2) +
         little_endian(directory.size(), 4) + little_endian(begin, 4) + little_endian(0, 2);
}

}  // namespace caloquant::testing
