#pragma once

#include <hdf5.h>

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant::testing {

/// Writes what H5File does not write: links, virtual datasets, external storage, missing chunks.
class RawH5 {
 public:
  explicit RawH5(const std::filesystem::path& file);
  RawH5(const RawH5&) = delete;
  RawH5& operator=(const RawH5&) = delete;
  ~RawH5();

  [[nodiscard]] hid_t id() const { return file_; }

  /// f32 [rows, 3] with values 0, 1, 2, ...; `chunk_rows` 0: contiguous. Only the first `written`
  /// rows are written.
  void numbers(const std::string& name, hsize_t rows, hsize_t chunk_rows, hsize_t written);
  /// A chunked f32 [rows, 3] of one chunk, stored as `bytes` and said to be packed by `filter`,
  /// with h5py's values for LZF.
  void packed(const std::string& name, hsize_t rows, H5Z_filter_t filter,
              const std::vector<unsigned char>& bytes);
  /// i8 [rows] of an enumeration with these numbers; all values are the first and the last
  /// number in turn.
  void enumeration(const std::string& name, hsize_t rows, const std::vector<signed char>& numbers);
  void soft_link(const std::string& name, const std::string& target);
  void external_link(const std::string& name, const std::string& file, const std::string& target);
  void external_storage(const std::string& name, hsize_t rows, const std::string& file);

  struct Source {
    std::string file;
    std::string dataset;
    hsize_t first;  ///< row of the virtual dataset
    hsize_t rows;   ///< from row 0 of the source
  };
  void virtual_dataset(const std::string& name, hsize_t rows, const std::vector<Source>& sources);
  /// One row of each file that the pattern names, without an end.
  void virtual_series(const std::string& name, const std::string& pattern);

 private:
  hid_t file_;
};

}  // namespace caloquant::testing
