#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace caloquant::hdf5 {

/// The bytes of a file on the disk or in memory.
class FileBytes {
 public:
  /// Empty where it cannot be opened. Does not wait for the other end of a FIFO.
  [[nodiscard]] static std::optional<FileBytes> open(const std::filesystem::path& file);
  explicit FileBytes(std::span<const std::byte> memory) : memory_(memory), size_(memory.size()) {}
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&&) = delete;
  ~FileBytes();

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Throws Damaged where the file ends before.
  [[nodiscard]] std::vector<std::byte> read(std::uint64_t at, std::uint64_t count,
                                            const std::string& what) const;

 private:
  FileBytes(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  int descriptor_ = -1;
  std::span<const std::byte> memory_;
  std::uint64_t size_ = 0;
};

/// Which parts of the file are taken. Nothing in HDF5 shares bytes with anything else, so one wrong
/// address is found where it leads into another thing.
class Claims {
 public:
  /// Throws Damaged where [at, at + count) overlaps what was claimed before.
  void claim(std::uint64_t at, std::uint64_t count, const std::string& what);
  /// What is left of [0, end): begins and ends.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps(std::uint64_t end) const;

 private:
  std::map<std::uint64_t, std::uint64_t> ends_;  ///< by begin
};

}  // namespace caloquant::hdf5
