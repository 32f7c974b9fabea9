// Constant, ConstantOfShape, Range, Cast.

#include <algorithm>
#include <cmath>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

Array cast_doubles(const Call& call, ElementType type, const Shape& dims,
                   const std::vector<double>& values) {
  Array result = call.make(type, dims);
  visit_all(call, type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(values.begin(), values.end(), result.data<T>().begin(), [](double x) {
      if constexpr (std::is_same_v<T, bool>) {
        return x != 0.0;
      } else if constexpr (is_float_type<T>) {
        return store_double<T>(x);
      } else {
        return saturating<T>(x);
      }
    });
  });
  return result;
}

}  // namespace

Results constant(const Call& call) {
  call.require(call.node().attributes.size() == 1, "needs exactly one value");
  const Attribute& value = call.node().attributes.front();
  switch (value.kind) {
    case AttributeKind::array:
      return {*value.array};
    case AttributeKind::number:
      return {Array::of<float>({}, {value.number})};
    case AttributeKind::numbers:
      return {Array::of<float>({static_cast<std::int64_t>(value.numbers.size())}, value.numbers)};
    case AttributeKind::integer:
      return {Array::of<std::int64_t>({}, {value.integer})};
    case AttributeKind::integers:
      return {Array::of<std::int64_t>({static_cast<std::int64_t>(value.integers.size())},
                                      value.integers)};
    case AttributeKind::none:
    case AttributeKind::text:
    case AttributeKind::texts:
    case AttributeKind::other:
      break;
  }
  call.fail("has a value of a kind that is not supported ('" + printable(value.name) + "')");
}

Results constant_of_shape(const Call& call) {
  const Attribute* value = call.find("value", AttributeKind::array);
  const Array zero = Array::of<float>({1}, {0.0F});
  const Array& fill = value == nullptr ? zero : *value->array;
  call.require(fill.size() == 1, "needs a value of one element, has " + describe(fill));
  Array result = call.make(fill.type(), call.integers_input(0));
  const std::size_t size = size_of(fill.type());
  for (std::size_t at = 0; at < result.bytes().size(); at += size) {
    std::memcpy(result.bytes().data() + at, fill.bytes().data(), size);
  }
  return {result};
}

Results range(const Call& call) {
  const double start = call.number_input(0);
  const double limit = call.number_input(1);
  const double step = call.number_input(2);
  const double count = std::max(0.0, std::ceil((limit - start) / step));
  call.require(step != 0.0 && count < 1e9, "has an endless or too long range");
  Array result = call.make(call.input(0).type(), {static_cast<std::int64_t>(count)});
  visit_number(call, result.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto to = result.data<T>();
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] = store_double<T>(start + static_cast<double>(i) * step);
    }
  });
  return {result};
}

Results cast(const Call& call) {
  const Array& src = call.input(0);
  const auto to_type = static_cast<ElementType>(call.integer("to", 0));
  if (is_narrow(to_type)) {
    return {narrow_from_doubles(call, to_type, src.dims(), to_doubles(call, src))};
  }
  if (is_narrow(src.type())) {
    return {cast_doubles(call, to_type, src.dims(), to_doubles(call, src))};
  }
  Array result = call.make(to_type, src.dims());
  visit_all(call, src.type(), [&](auto from_tag) {
    using From = typename decltype(from_tag)::type;
    visit_all(call, to_type, [&](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      const auto from = src.data<From>();
      const auto to = result.data<To>();
      for (std::size_t i = 0; i < from.size(); ++i) {
        if constexpr (std::is_same_v<To, bool>) {
          to[i] = load_double(from[i]) != 0.0;
        } else if constexpr (is_float_type<To>) {
          to[i] = store_double<To>(load_double(from[i]));
        } else if constexpr (is_float_type<From>) {
          to[i] = saturating<To>(load_double(from[i]));
        } else {
          // Integers wrap around. NOLINTNEXTLINE(bugprone-signed-char-misuse)
          to[i] = static_cast<To>(from[i]);
        }
      }
    });
  });
  return {result};
}

}  // namespace caloquant::onnx
