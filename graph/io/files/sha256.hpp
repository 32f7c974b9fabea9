#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace caloquant {

/// SHA-256 (FIPS 180-4) by libcrypto, to name files in provenance and to notice damage. Throws
/// BackendError when libcrypto refuses.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::byte> bytes);
  void update(const std::string& text);
  /// 64 hexadecimal digits; the object must not be used afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Hash of a file's bytes from `first` on; empty when it cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file, std::size_t first = 0);

}  // namespace caloquant
