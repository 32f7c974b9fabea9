#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace caloquant {

/// SHA-256 (FIPS 180-4), to name files in provenance and to notice damage.
class Sha256 {
 public:
  void update(std::span<const std::byte> bytes);
  void update(const std::string& text);
  /// 64 hexadecimal digits; the object must not be used afterwards.
  [[nodiscard]] std::string finish();

 private:
  void block(const std::byte* bytes);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> pending_{};
  std::size_t filled_ = 0;
  std::uint64_t total_ = 0;
};

/// Hash of a file's bytes from `first` on; empty when it cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file, std::size_t first = 0);

}  // namespace caloquant
