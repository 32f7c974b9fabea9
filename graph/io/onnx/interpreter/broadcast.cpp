#include "graph/io/onnx/interpreter/broadcast.hpp"

#include <algorithm>
#include <utility>

#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/broadcast.hpp"

namespace caloquant::onnx {

std::vector<double> to_doubles(const Call& call, const Array& array) {
  call.charge(static_cast<double>(array.size()));
  std::vector<double> values(static_cast<std::size_t>(array.size()));
  if (is_narrow(array.type())) {
    std::transform(array.bytes().begin(), array.bytes().end(), values.begin(), [&](std::byte byte) {
      return decode_narrow(array.type(), static_cast<std::uint8_t>(byte));
    });
    return values;
  }
  visit_all(call, array.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto data = array.data<T>();
    std::transform(data.begin(), data.end(), values.begin(), [](T x) { return load_double(x); });
  });
  return values;
}

Array from_doubles(const Call& call, ElementType type, Shape dims,
                   const std::vector<double>& values) {
  Array result = call.make(type, std::move(dims));
  visit_float(call, type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(values.begin(), values.end(), result.data<T>().begin(),
                   [](double x) { return store_double<T>(x); });
  });
  return result;
}

Array narrow_from_doubles(const Call& call, ElementType type, Shape dims,
                          const std::vector<double>& values) {
  Array result = call.make(type, std::move(dims));
  const bool saturate = call.integer("saturate", 1) != 0;
  std::transform(values.begin(), values.end(), result.bytes().begin(), [&](double x) {
    return static_cast<std::byte>(encode_narrow(type, x, saturate));
  });
  return result;
}

Shape strides_of(const Shape& dims) {
  Shape strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * dims[i];
  }
  return strides;
}

Shape broadcast(const Call& call, const Shape& a, const Shape& b) {
  std::optional<Shape> dims = broadcast_shapes(a, b);
  if (!dims) {
    call.fail("cannot broadcast " + to_string(a) + " and " + to_string(b));
  }
  return *std::move(dims);
}

View broadcast_view(const Array& array, const Shape& dims) {
  View view{dims, Shape(dims.size(), 0), 0};
  const Shape strides = strides_of(array.dims());
  const std::size_t lead = dims.size() - array.rank();
  for (std::size_t i = 0; i < array.rank(); ++i) {
    view.strides[lead + i] = array.dims()[i] == 1 ? 0 : strides[i];
  }
  return view;
}

std::vector<std::size_t> positions(const View& view) {
  std::vector<std::size_t> result(static_cast<std::size_t>(element_count(view.dims)));
  for_each_element(view, [&](std::size_t at, std::size_t source) { result[at] = source; });
  return result;
}

Array materialize(const Call& call, const Array& array, const View& view) {
  Array result = call.make(array.type(), view.dims);
  const std::size_t size = size_of(array.type());
  for_each_element(view, [&](std::size_t at, std::size_t source) {
    std::memcpy(result.bytes().data() + at * size, array.bytes().data() + source * size, size);
  });
  return result;
}

Array remap(const Call& call, const Array& src, const std::vector<std::vector<std::int64_t>>& maps,
            std::span<const std::byte> fill) {
  Shape dims;
  for (const auto& map : maps) {
    dims.push_back(static_cast<std::int64_t>(map.size()));
  }
  Array result = call.make(src.type(), dims);
  const Shape strides = strides_of(src.dims());
  const std::size_t size = size_of(src.type());
  Shape index(dims.size(), 0);
  for (std::int64_t position = 0; position < result.size(); ++position) {
    std::int64_t source = 0;
    bool inside = true;
    for (std::size_t axis = 0; axis < dims.size(); ++axis) {
      const std::int64_t at = maps[axis][static_cast<std::size_t>(index[axis])];
      inside = inside && at >= 0;
      source += at * strides[axis];
    }
    std::byte* to = result.bytes().data() + static_cast<std::size_t>(position) * size;
    if (inside) {
      std::memcpy(to, src.bytes().data() + static_cast<std::size_t>(source) * size, size);
    } else if (!fill.empty()) {
      std::memcpy(to, fill.data(), size);
    }
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      if (++index[axis] < dims[axis]) {
        break;
      }
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace caloquant::onnx
