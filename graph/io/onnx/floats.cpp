#include "graph/io/onnx/floats.hpp"

#include <caloquant/error.hpp>

#include "graph/io/onnx/narrow.hpp"

namespace caloquant::onnx {
namespace {

template <typename T>
std::vector<float> converted(const Array& array) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(array.size()));
  for (const T value : array.data<T>()) {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat>) {
      values.push_back(to_float(value));
    } else {
      values.push_back(static_cast<float>(value));
    }
  }
  return values;
}

std::vector<float> decoded(const Array& array) {
  std::vector<float> values;
  values.reserve(array.bytes().size());
  for (const std::byte byte : array.bytes()) {
    values.push_back(
        static_cast<float>(decode_narrow(array.type(), static_cast<std::uint8_t>(byte))));
  }
  return values;
}

}  // namespace

std::vector<float> floats_of(const Array& array) {
  if (is_narrow(array.type())) {
    return decoded(array);
  }
  std::vector<float> values;
  if (!with_cpp_type(array.type(),
                     [&]<typename T>(std::type_identity<T>) { values = converted<T>(array); })) {
    throw ModelError("array",
                     "holds elements of " + name_of(array.type()) + ", which are no numbers");
  }
  return values;
}

}  // namespace caloquant::onnx
