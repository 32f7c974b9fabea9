#include "calibration/tensors/tensor_file.hpp"

#include <caloquant/error.hpp>

namespace caloquant {

std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path, bool follow_links) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    return open_proto_tensors(path);
  }
  if (std::filesystem::exists(path, failure) && !std::filesystem::is_regular_file(path, failure)) {
    throw DataError(path.string(), "is a pipe or a device", "give a file");
  }
  return path.extension() == ".npy" ? open_npy_tensor(path) : open_h5_tensors(path, follow_links);
}

}  // namespace caloquant
