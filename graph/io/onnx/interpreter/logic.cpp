// Equal, Less, Greater and their kin, And, Or, Not, Where: with broadcasting, mostly met in shape
// arithmetic.

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

/// f(x, y) of numbers of one type as bool.
template <typename F>
Results compare(const Call& call, F f) {
  const Array& a = call.input(0);
  const Array& b = call.input(1);
  call.require(a.type() == b.type(),
               "has inputs of different types, " + describe(a) + " and " + describe(b));
  Array result = call.make(ElementType::boolean, broadcast(call, a.dims(), b.dims()));
  const auto from_b = positions(broadcast_view(b, result.dims()));
  const auto to = result.data<bool>();
  visit_all(call, a.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto x = a.data<T>();
    const auto y = b.data<T>();
    for_each_element(broadcast_view(a, result.dims()), [&](std::size_t at, std::size_t from_a) {
      if constexpr (is_float_type<T>) {
        to[at] = f(load_double(x[from_a]), load_double(y[from_b[at]]));
      } else {
        to[at] = f(x[from_a], y[from_b[at]]);
      }
    });
  });
  return {result};
}

Results on_bools(const Call& call, bool (*f)(bool, bool)) {
  call.require(call.input(0).type() == ElementType::boolean, "needs inputs of bool");
  return compare(call, [f](auto x, auto y) { return f(x != decltype(x){}, y != decltype(y){}); });
}

}  // namespace

Results equal(const Call& call) {
  return compare(call, [](auto x, auto y) { return !(x < y) && !(y < x) && x == x && y == y; });
}
Results less(const Call& call) {
  return compare(call, [](auto x, auto y) { return x < y; });
}
Results less_or_equal(const Call& call) {
  return compare(call, [](auto x, auto y) { return x <= y; });
}
Results greater(const Call& call) {
  return compare(call, [](auto x, auto y) { return x > y; });
}
Results greater_or_equal(const Call& call) {
  return compare(call, [](auto x, auto y) { return x >= y; });
}
Results logical_and(const Call& call) {
  return on_bools(call, [](bool x, bool y) { return x && y; });
}
Results logical_or(const Call& call) {
  return on_bools(call, [](bool x, bool y) { return x || y; });
}

Results logical_not(const Call& call) {
  const Array& src = call.input(0);
  call.require(src.type() == ElementType::boolean, "needs an input of bool");
  Array result = src;
  for (bool& value : result.data<bool>()) {
    value = !value;
  }
  return {result};
}

Results where(const Call& call) {
  const Array& condition = call.input(0);
  const Array& a = call.input(1);
  const Array& b = call.input(2);
  call.require(condition.type() == ElementType::boolean && a.type() == b.type(),
               "needs a condition of bool and two inputs of one type");
  const Shape dims = broadcast(call, broadcast(call, a.dims(), b.dims()), condition.dims());
  Array result = call.make(a.type(), dims);
  const auto from_a = positions(broadcast_view(a, dims));
  const auto from_b = positions(broadcast_view(b, dims));
  const std::size_t size = size_of(a.type());
  for_each_element(broadcast_view(condition, dims), [&](std::size_t at, std::size_t from) {
    const bool first = condition.data<bool>()[from];
    const std::byte* source =
        first ? a.bytes().data() + from_a[at] * size : b.bytes().data() + from_b[at] * size;
    std::memcpy(result.bytes().data() + at * size, source, size);
  });
  return {result};
}

}  // namespace caloquant::onnx
