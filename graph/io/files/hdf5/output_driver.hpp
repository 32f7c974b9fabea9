#pragma once

#include "graph/io/files/hdf5/library.hpp"
#include "graph/io/files/output_file.hpp"

namespace caloquant::hdf5 {

/// Where libhdf5 writes to, and the first error in doing so.
///
/// The library never learns of errors: after one it keeps files open, tries again when the process
/// ends, and crashes there (1.10.8). So it sees a disk that takes everything, what comes behind the
/// first error is dropped, and the caller asks for error() after every call.
class WrittenBytes {
 public:
  explicit WrittenBytes(OutputFile& output) : output_(output) {}

  void write(haddr_t address, std::size_t size, const void* bytes) noexcept;
  /// Bytes that were never written are zeros.
  void read(haddr_t address, std::size_t size, void* bytes) noexcept;
  void resize(haddr_t size) noexcept;
  [[nodiscard]] haddr_t size() const noexcept;
  /// errno; 0: none.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  OutputFile& output_;
  int error_ = 0;
};

/// A file access property list whose files are `bytes`, which must outlive them. The bytes are
/// those that the default driver writes.
[[nodiscard]] Handle access_to(WrittenBytes& bytes);

}  // namespace caloquant::hdf5
