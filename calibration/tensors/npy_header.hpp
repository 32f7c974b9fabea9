#pragma once

#include <caloquant/types.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace caloquant {

/// Element types of .npy files that are read.
enum class NpyType { f2, f4, f8, b1, u1, i1, u2, i2, u4, i4, u8, i8 };
[[nodiscard]] std::size_t size_of(NpyType type) noexcept;

/// What the head of a .npy file says, versions 1 to 3 of
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Own code: it is a line
/// of text, for which no library is packaged.
struct NpyHeader {
  NpyType type{};
  Shape shape;
  std::int64_t data = 0;  ///< byte offset of the first element
};

/// Throws DataError with the byte offset: for what is no such file, for Fortran order, big-endian
/// or other types, for negative or overflowing extents, and when the file is shorter than they say.
[[nodiscard]] NpyHeader read_npy_header(const std::filesystem::path& file);

}  // namespace caloquant
