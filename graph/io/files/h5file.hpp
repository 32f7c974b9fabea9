#pragma once

// The door to HDF5: h5file.cpp and graph/io/hdf5 are the only sources that include <hdf5.h>. Calls
// are serialised by one lock, because the library is not built thread-safe everywhere, so files may
// be used from several threads.

#include <caloquant/error.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/io/files/output_file.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

namespace hdf5 {
struct OpenFile;
}

/// Booleans as h5py writes them, enumerations of the bytes 0 and 1, are integers.
enum class H5Class { floating, integer, string, other };

struct H5DatasetInfo {
  Shape shape;
  H5Class element = H5Class::other;
  std::size_t element_size = 0;  ///< bytes on disk
};

struct H5WriteOptions {
  Shape chunk;          ///< empty: contiguous
  int compression = 0;  ///< gzip level 0..9, with shuffle; needs a chunk
  bool grows = false;   ///< append_rows() may follow; needs a chunk
};

/// One HDF5 file. Paths are absolute inside the file ("/a/b"). Every failure throws an Error whose
/// place is "file:/path": ModelError, DataError or BackendError as chosen by `on_error`.
class H5File {
 public:
  /// All metadata are checked before libhdf5 sees them (graph/io/hdf5/check). `follow_links`: parts
  /// of it may be in other files of its folder (external links and storage, virtual datasets),
  /// which else are refused. Whatever a dataset lacks is an error where it is read, not a fill
  /// value.
  [[nodiscard]] static H5File open(const std::filesystem::path& file, ErrorKind on_error,
                                   bool follow_links = false);
  /// A file that lies in memory; `name` stands for it in messages.
  [[nodiscard]] static H5File open_bytes(std::span<const std::byte> bytes,
                                         const std::filesystem::path& name, ErrorKind on_error);
  /// Writes an OutputFile: without commit() nothing stays. Object times are off, so equal content
  /// makes equal bytes. `user_block`: bytes of zeros in front of the file, 0 or a power of two from
  /// 512 on.
  [[nodiscard]] static H5File create(const std::filesystem::path& file, std::size_t user_block = 0);
  /// The same in an output of the caller, which outlives it: commit() here only closes the file.
  [[nodiscard]] static H5File create(OutputFile& output, std::size_t user_block = 0);
  H5File(H5File&&) noexcept;
  H5File& operator=(H5File&&) noexcept;
  ~H5File();

  [[nodiscard]] const std::filesystem::path& path() const;
  /// Every byte written, closed, and its name given.
  void commit();
  /// commit() of a file whose user block becomes its checksum block
  /// (graph/io/files/checksum_block.hpp).
  void commit_with_checksum(std::int64_t version);

  [[nodiscard]] bool exists(const std::string& path) const;
  [[nodiscard]] bool is_group(const std::string& path) const;
  /// Names of direct members, sorted.
  [[nodiscard]] std::vector<std::string> children(const std::string& group) const;
  [[nodiscard]] H5DatasetInfo info(const std::string& dataset) const;

  /// Whole dataset, converted to `as` (f32, f64, s8, u8, s32, s64).
  [[nodiscard]] Tensor read(const std::string& dataset, DType as) const;
  /// Rows [first, first + count) along axis 0, converted; dst holds count rows.
  void read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const;
  void read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                 std::span<double> dst) const;

  void write(const std::string& dataset, const Tensor& tensor, const H5WriteOptions& options = {});
  /// A dataset of that shape, to be filled by write_rows.
  void create_dataset(const std::string& dataset, DType dtype, const Shape& shape,
                      const H5WriteOptions& options = {});
  void write_rows(const std::string& dataset, std::int64_t first, std::span<const float> rows);
  /// Whole rows behind the last of a dataset that grows.
  void append_rows(const std::string& dataset, std::span<const float> rows);

  [[nodiscard]] bool has_attribute(const std::string& object, const std::string& name) const;
  /// Scalar string attribute (fixed or variable length).
  [[nodiscard]] std::string string_attribute(const std::string& object,
                                             const std::string& name) const;
  /// The same, empty where it is absent or anything else.
  [[nodiscard]] std::optional<std::string> find_text(const std::string& object,
                                                     const std::string& name) const;
  /// One-dimensional string attribute; an empty array of any type is an empty list.
  [[nodiscard]] std::vector<std::string> strings_attribute(const std::string& object,
                                                           const std::string& name) const;
  [[nodiscard]] std::int64_t integer_attribute(const std::string& object,
                                               const std::string& name) const;
  void set_attribute(const std::string& object, const std::string& name, const std::string& text);
  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);

  /// Long text as a dataset (attributes stop at 64 KiB).
  void write_text(const std::string& dataset, const std::string& text);
  [[nodiscard]] std::string read_text(const std::string& dataset) const;

 private:
  explicit H5File(std::unique_ptr<hdf5::OpenFile> state);
  [[nodiscard]] static H5File begin(std::unique_ptr<hdf5::OpenFile> state, std::size_t user_block);
  std::unique_ptr<hdf5::OpenFile> state_;
};

}  // namespace caloquant
