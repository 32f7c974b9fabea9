#include <algorithm>
#include <caloquant/error.hpp>
#include <utility>

#include "calibration/tensors/tensor_file.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

class MemoryTensors : public TensorFile {
 public:
  MemoryTensors(std::map<std::string, ArrayView> arrays, const std::string& role)
      : arrays_(std::move(arrays)), path_(role) {
    for (const auto& [name, array] : arrays_) {
      const bool sane = !array.shape.empty() &&
                        std::ranges::all_of(array.shape, [](std::int64_t e) { return e >= 0; });
      if (!sane || element_count(array.shape) != std::ssize(array.values)) {
        throw DataError(place(name), "has " + std::to_string(array.values.size()) + " values",
                        "they do not fill the shape " + to_string(array.shape));
      }
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, array] : arrays_) {
      names.push_back(name);
    }
    return names;
  }
  [[nodiscard]] bool has(const std::string& name) const override {
    return arrays_.find(name) != arrays_.end();
  }
  [[nodiscard]] Shape shape(const std::string& name) const override {
    return arrays_.at(name).shape;
  }
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override {
    const ArrayView& array = arrays_.at(name);
    CALOQUANT_EXPECT(first + count <= array.shape.front());
    const std::size_t row = dst.size() / static_cast<std::size_t>(std::max(count, std::int64_t{1}));
    std::ranges::copy(array.values.subspan(static_cast<std::size_t>(first) * row, dst.size()),
                      dst.begin());
  }
  [[nodiscard]] std::string place(const std::string& name) const override {
    return path_.string() + (name.empty() ? "" : "['" + name + "']");
  }

 private:
  std::map<std::string, ArrayView> arrays_;
  std::filesystem::path path_;
};

}  // namespace

std::unique_ptr<TensorFile> memory_tensors(std::map<std::string, ArrayView> arrays,
                                           const std::string& role) {
  return std::make_unique<MemoryTensors>(std::move(arrays), role);
}

}  // namespace caloquant
