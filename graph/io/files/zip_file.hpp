#pragma once

// The door to libzip: zip_file.cpp is the only source that includes <zip.h>.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace caloquant {

/// A ZIP archive that is read. Throws ModelError naming the file and the member.
class ZipFile {
 public:
  explicit ZipFile(const std::filesystem::path& file);
  ~ZipFile();
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  [[nodiscard]] bool has(const std::string& member) const;
  /// The whole member, unpacked, its checksum verified; refused beyond `largest` bytes, and beyond
  /// 100 times what it has in the archive where that is more than 64 MiB.
  [[nodiscard]] std::vector<std::byte> read(const std::string& member, std::size_t largest) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Does the file begin as a ZIP archive does?
[[nodiscard]] bool looks_like_zip(const std::filesystem::path& file);

}  // namespace caloquant
