#include <utility>

#include "calibration/tensors/array_tensors.hpp"

namespace caloquant {
namespace {

class MemoryTensors : public ArrayTensors {
 public:
  MemoryTensors(const std::map<std::string, ArrayView>& arrays, const std::string& role)
      : ArrayTensors(role) {
    for (const auto& [name, array] : arrays) {
      add(name, array);
    }
  }
  [[nodiscard]] std::string place(const std::string& name) const override {
    return path().string() + (name.empty() ? "" : "['" + name + "']");
  }
};

}  // namespace

std::unique_ptr<TensorFile> memory_tensors(const std::map<std::string, ArrayView>& arrays,
                                           const std::string& role) {
  return std::make_unique<MemoryTensors>(arrays, role);
}

}  // namespace caloquant
