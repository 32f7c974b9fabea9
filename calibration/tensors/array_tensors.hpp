#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calibration/tensors/tensor_file.hpp"

namespace caloquant {

/// Whole arrays that lie in memory, whoever owns them.
class ArrayTensors : public TensorFile {
 public:
  [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
  [[nodiscard]] std::vector<std::string> names() const override;
  [[nodiscard]] bool has(const std::string& name) const override;
  [[nodiscard]] Shape shape(const std::string& name) const override;
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override;

 protected:
  explicit ArrayTensors(std::filesystem::path path) : path_(std::move(path)) {}
  /// The values must outlive this. Throws DataError when they do not fill the shape.
  void add(const std::string& name, ArrayView array);

 private:
  std::filesystem::path path_;
  std::map<std::string, ArrayView> arrays_;
};

}  // namespace caloquant
