#pragma once

#include <caloquant/error.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace caloquant {

// What is at a path, links followed. Nothing is there where that cannot be told: a link to itself,
// a folder that may not be entered.
[[nodiscard]] bool is_there(const std::filesystem::path& path) noexcept;
[[nodiscard]] bool is_folder(const std::filesystem::path& path) noexcept;
[[nodiscard]] bool is_ordinary_file(const std::filesystem::path& path) noexcept;

/// An ordinary file that is read. Opening never waits, and what was opened is looked at instead of
/// its name, which may be given to another thing in between: FIFOs, sockets, devices and folders
/// are refused at once.
class InputFile {
 public:
  /// Throws an Error of the kind, whose place is the file.
  [[nodiscard]] static InputFile open(const std::filesystem::path& file, ErrorKind kind);
  /// Empty where open() would throw.
  [[nodiscard]] static std::optional<InputFile> find(const std::filesystem::path& file);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  /// Bytes, as they were when it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Still owned by this object.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Fills `dst` from byte `at` on, as far as the file reaches: returns how many bytes there were.
  /// What cannot be read counts as the end.
  [[nodiscard]] std::size_t read(std::uint64_t at, std::span<std::byte> dst) const;
  [[nodiscard]] std::size_t read(std::uint64_t at, std::span<char> dst) const {
    return read(at, std::as_writable_bytes(dst));
  }
  /// All bytes. Throws an Error of the kind it was opened with for more than `most` bytes, and when
  /// the file ends before size().
  [[nodiscard]] std::string text(std::uint64_t most) const;

 private:
  InputFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  /// The file, or why there is none: `problem` and `remedy` are filled.
  static std::optional<InputFile> try_open(const std::filesystem::path& file, std::string& problem,
                                           std::string& remedy);

  std::filesystem::path path_;
  ErrorKind kind_ = ErrorKind::backend;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace caloquant
