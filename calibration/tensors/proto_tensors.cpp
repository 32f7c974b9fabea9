#include <caloquant/error.hpp>
#include <map>

#include "calibration/tensors/array_tensors.hpp"
#include "graph/io/onnx/floats.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

/// Whole arrays in memory: a test folder holds a few events.
class ProtoTensors : public ArrayTensors {
 public:
  explicit ProtoTensors(const std::filesystem::path& folder) : ArrayTensors(folder) {
    for (const char* prefix : {"input_", "output_"}) {
      for (std::size_t i = 0;; ++i) {
        const std::string name = prefix + std::to_string(i);
        const std::filesystem::path file = folder / (name + ".pb");
        if (!is_there(file)) {
          break;
        }
        read(name, file);
      }
    }
    if (!has("input_0")) {
      throw DataError(folder.string(), "holds no input_0.pb",
                      "give HDF5 files, .npy files or folders as test_data_set_0");
    }
  }

  [[nodiscard]] std::string place(const std::string& name) const override {
    return (path() / (name + ".pb")).string();
  }

 private:
  void read(const std::string& name, const std::filesystem::path& file) {
    try {
      const onnx::Array array = onnx::read_array(file);
      const std::vector<float>& values = values_[name] = onnx::floats_of(array);
      add(name, {values, array.dims()});
    } catch (const ModelError& error) {  // to the user this is data
      throw DataError(error.place(), error.problem(), error.remedy());
    }
  }

  std::map<std::string, std::vector<float>> values_;
};

}  // namespace

std::unique_ptr<TensorFile> open_proto_tensors(const std::filesystem::path& folder) {
  return std::make_unique<ProtoTensors>(folder);
}

}  // namespace caloquant
