#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace caloquant::hdf5 {

/// Thrown inside the check where a file breaks the format; never leaves damage_in().
struct Damaged {
  std::string problem;
};

/// What one block of a file holds, read field after field, little-endian as all of HDF5's metadata.
/// Every read beyond the block throws Damaged with the name of the block.
class Fields {
 public:
  Fields(std::span<const std::byte> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}

  [[nodiscard]] std::uint64_t number(std::size_t width);
  [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  void skip(std::size_t count);
  void skip_to_multiple(std::size_t of);
  [[nodiscard]] Fields part(std::size_t count, const std::string& name);
  /// Up to the next zero byte, which is skipped.
  [[nodiscard]] std::string text();
  /// Throws unless the next bytes are these.
  void expect_signature(const char* signature);
  /// Throws Damaged "NAME: PROBLEM" unless `holds`.
  void expect(bool holds, const char* problem) const;

  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::string name_;
};

/// a * b, or Damaged where that needs more than 62 bits.
[[nodiscard]] std::uint64_t product(std::uint64_t a, std::uint64_t b);

}  // namespace caloquant::hdf5
