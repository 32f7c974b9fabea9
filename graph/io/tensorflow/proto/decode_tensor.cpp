#include "graph/io/tensorflow/proto/decode_tensor.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <limits>

#include "graph/io/tensorflow/element_types.hpp"
#include "graph/io/tensorflow/proto/tensorflow.pb.h"
#include "ops/core/counted.hpp"

namespace caloquant::tensorflow {
namespace {

using onnx::ElementType;

/// Numbers of a typed field; the last one stands for all that follow, none at all for zeros.
template <typename T, typename Field>
void fill(const Field& field, onnx::Array& array, const std::string& place) {
  const auto into = array.data<T>();
  const auto given = static_cast<std::size_t>(field.size());
  if (given == 0) {
    return;
  }
  if (given > into.size()) {
    throw ModelError(
        place, "a constant has " + counted(given, "number") + " for " + onnx::describe(array));
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    const auto number = field.Get(static_cast<int>(std::min(i, given - 1)));
    if constexpr (std::is_same_v<T, onnx::Half> || std::is_same_v<T, onnx::BFloat>) {
      into[i] = T{static_cast<std::uint16_t>(number)};
    } else {
      into[i] = static_cast<T>(number);
    }
  }
}

/// The typed field that elements of the type T are in.
template <typename T>
const auto& field_of(const tensorflow_proto::TensorProto& tensor) {
  if constexpr (std::is_same_v<T, float>) {
    return tensor.float_val();
  } else if constexpr (std::is_same_v<T, double>) {
    return tensor.double_val();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return tensor.int64_val();
  } else if constexpr (std::is_same_v<T, bool>) {
    return tensor.bool_val();
  } else if constexpr (std::is_same_v<T, onnx::Half> || std::is_same_v<T, onnx::BFloat>) {
    return tensor.half_val();
  } else {
    return tensor.int_val();
  }
}

void fill_typed(const tensorflow_proto::TensorProto& tensor, onnx::Array& array,
                const std::string& place) {
  onnx::with_cpp_type(array.type(), [&]<typename T>(std::type_identity<T>) {
    if constexpr (!std::is_same_v<T, std::uint32_t> && !std::is_same_v<T, std::uint64_t>) {
      fill<T>(field_of<T>(tensor), array, place);  // element_type_of() gives no other
    }
  });
}

}  // namespace

Shape dims_of(const tensorflow_proto::TensorShapeProto& shape) {
  Shape dims;
  for (const auto& dim : shape.dim()) {
    dims.push_back(dim.size());
  }
  return dims;
}

onnx::Array decode_tensor(const tensorflow_proto::TensorProto& tensor, const std::string& place) {
  const ElementType type = element_type_of(tensor.dtype());
  const Shape dims = dims_of(tensor.tensor_shape());
  if (type == ElementType::undefined || tensor.tensor_shape().unknown_rank()) {
    throw ModelError(place, "a constant has the type number " + std::to_string(tensor.dtype()) +
                                " or an unknown rank, which is not supported");
  }
  // A fill: many elements from one number. Real ones are small.
  const auto held = static_cast<std::int64_t>(tensor.ByteSizeLong());
  const std::int64_t limit = tensor.has_tensor_content()
                                 ? static_cast<std::int64_t>(tensor.tensor_content().size())
                                 : std::max<std::int64_t>(64 * held, 1 << 16);
  const std::int64_t bytes = onnx::checked_bytes(type, dims, limit);
  const bool whole = !tensor.has_tensor_content() ||
                     bytes == static_cast<std::int64_t>(tensor.tensor_content().size());
  if (bytes < 0 || !whole) {
    throw ModelError(place,
                     "a constant claims to be " + onnx::name_of(type) + to_string(dims) +
                         ", but has " + counted(held, "byte"),
                     "the file is damaged");
  }
  onnx::Array array(type, dims);
  if (tensor.has_tensor_content()) {
    std::copy_n(reinterpret_cast<const std::byte*>(tensor.tensor_content().data()),
                array.bytes().size(), array.bytes().begin());
    if (type == ElementType::boolean) {
      std::ranges::replace_if(
          array.bytes(), [](std::byte byte) { return byte != std::byte{0}; }, std::byte{1});
    }
  } else {
    fill_typed(tensor, array, place);
  }
  return with_wide_integers(std::move(array));
}

}  // namespace caloquant::tensorflow
