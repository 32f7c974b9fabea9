#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ops/core/input_file.hpp"

namespace caloquant::hdf5 {

/// The bytes of a file on the disk or in memory.
class FileBytes {
 public:
  explicit FileBytes(InputFile file) : file_(std::move(file)), size_(file_->size()) {}
  explicit FileBytes(std::span<const std::byte> memory) : memory_(memory), size_(memory.size()) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Throws Damaged where the file ends before.
  [[nodiscard]] std::vector<std::byte> read(std::uint64_t at, std::uint64_t count,
                                            const std::string& what) const;

 private:
  std::optional<InputFile> file_;
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
