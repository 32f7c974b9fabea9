#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace caloquant {

/// The door to written files: a file that gets its name when it is whole, or nothing at all.
///
/// Bytes go to a file `.NAME.<16 random hexadecimal digits>.caloquant` beside the target, made
/// with O_EXCL and O_NOFOLLOW and locked (flock) while it is written. commit() gives it the name
/// of the target; every other way out removes it. Those of processes that were killed have free
/// locks: the next writer of the target removes them (temporary_files.hpp).
///
/// - A folder as target is refused.
/// - A symbolic link is replaced as a name; what it leads to is never written.
/// - A device or a pipe (`/dev/null`, a FIFO, `/dev/stdout` and other names of open descriptors)
///   keeps its name: commit() copies the bytes to it. Until then they are in the folder for
///   temporary files, where a library can seek and a check can read.
///
/// Members throw BackendError with the target as its place and the reason of the operating system.
class OutputFile {
 public:
  /// Makes the file, with what umask leaves of mode 0666.
  explicit OutputFile(const std::filesystem::path& target);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes what was not committed.
  ~OutputFile();

  /// As it was given.
  [[nodiscard]] const std::filesystem::path& target() const;
  /// Where the bytes are until commit(), absolute: for readers.
  [[nodiscard]] const std::filesystem::path& path() const;
  /// Open for reading and writing: for libraries.
  [[nodiscard]] int descriptor() const;

  void write(std::string_view bytes);
  /// Over what is there.
  void write_at(std::uint64_t offset, std::string_view bytes);
  /// Flushes to the disk, closes, and gives the name.
  void commit();

  /// Throws the error for an errno; 0: for no known reason.
  [[noreturn]] void fail(int error) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace caloquant
