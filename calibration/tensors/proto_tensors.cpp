#include <algorithm>
#include <caloquant/error.hpp>
#include <map>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/onnx/floats.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Whole arrays in memory: a test folder holds a few events.
class ProtoTensors : public TensorFile {
 public:
  explicit ProtoTensors(const std::filesystem::path& folder) : path_(folder) {
    for (const char* prefix : {"input_", "output_"}) {
      for (std::size_t i = 0;; ++i) {
        const std::string name = prefix + std::to_string(i);
        const std::filesystem::path file = folder / (name + ".pb");
        if (!std::filesystem::exists(file)) {
          break;
        }
        arrays_[name] = read(file);
      }
    }
    if (arrays_.count("input_0") == 0) {
      throw DataError(folder.string(), "holds no input_0.pb",
                      "give HDF5 files, .npy files or folders as test_data_set_0");
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
  [[nodiscard]] bool has(const std::string& name) const override { return arrays_.count(name) > 0; }
  [[nodiscard]] Shape shape(const std::string& name) const override {
    return arrays_.at(name).shape;
  }
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override {
    const Stored& stored = arrays_.at(name);
    CALOQUANT_EXPECT(first + count <= stored.shape.front());
    const std::size_t row = stored.values.size() / static_cast<std::size_t>(std::max(
                                                       stored.shape.front(), std::int64_t{1}));
    const auto from =
        stored.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first) * row);
    std::copy_n(from, row * static_cast<std::size_t>(count), dst.begin());
  }
  [[nodiscard]] std::string place(const std::string& name) const override {
    return (path_ / (name + ".pb")).string();
  }

 private:
  struct Stored {
    Shape shape;
    std::vector<float> values;
  };

  static Stored read(const std::filesystem::path& file) {
    try {
      const onnx::Array array = onnx::read_array(file);
      return {array.dims(), onnx::floats_of(array)};
    } catch (const ModelError& error) {  // to the user this is data
      throw DataError(error.place(), error.problem(), error.remedy());
    }
  }

  std::filesystem::path path_;
  std::map<std::string, Stored> arrays_;
};

}  // namespace

std::unique_ptr<TensorFile> open_proto_tensors(const std::filesystem::path& folder) {
  return std::make_unique<ProtoTensors>(folder);
}

}  // namespace caloquant
