#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace caloquant {

/// Arrays whose rows (axis 0) are events, read as f32: an HDF5 file with any datasets, a .npy file
/// with one array, or a folder with input_0.pb, output_0.pb, ... of an ONNX test. All throw
/// DataError with file and array.
class TensorFile {
 public:
  virtual ~TensorFile() = default;
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;

  [[nodiscard]] virtual const std::filesystem::path& path() const = 0;
  /// HDF5: the datasets of the root, "/x"; .npy: ""; folder: "input_0", "output_0", ...
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
  [[nodiscard]] virtual bool has(const std::string& name) const = 0;
  /// [rows, ...] of an array that is there.
  [[nodiscard]] virtual Shape shape(const std::string& name) const = 0;
  /// Rows [first, first + count), converted.
  virtual void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                         std::span<float> dst) const = 0;
  /// For messages: "file.h5:/x".
  [[nodiscard]] virtual std::string place(const std::string& name) const = 0;

 protected:
  TensorFile() = default;
};

/// By what the path is: a folder, a name that ends with .npy, else HDF5. `follow_links`: as
/// H5File::open().
[[nodiscard]] std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path,
                                                           bool follow_links = false);

// One file each.
[[nodiscard]] std::unique_ptr<TensorFile> open_h5_tensors(const std::filesystem::path& file,
                                                          bool follow_links);
[[nodiscard]] std::unique_ptr<TensorFile> open_npy_tensor(const std::filesystem::path& file);
[[nodiscard]] std::unique_ptr<TensorFile> open_proto_tensors(const std::filesystem::path& folder);

/// Arrays in memory as a file called `role` ("inputs"). The views must outlive it. Throws DataError
/// for an array whose extents are not those of its values.
[[nodiscard]] std::unique_ptr<TensorFile> memory_tensors(
    const std::map<std::string, ArrayView>& arrays, const std::string& role);

}  // namespace caloquant
