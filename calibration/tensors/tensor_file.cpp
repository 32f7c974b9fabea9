#include "calibration/tensors/tensor_file.hpp"

#include <caloquant/error.hpp>

namespace caloquant {

std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    return open_proto_tensors(path);
  }
  return path.extension() == ".npy" ? open_npy_tensor(path) : open_h5_tensors(path);
}

}  // namespace caloquant
