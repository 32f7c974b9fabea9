#pragma once

#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {

/// f(double) of every element of a float array.
template <typename F>
Array map_floats(const Call& call, const Array& src, F f) {
  Array result = call.make(src.type(), src.dims());
  visit_float(call, src.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = src.data<T>();
    const auto to = result.data<T>();
    for (std::size_t i = 0; i < from.size(); ++i) {
      to[i] = store_double<T>(f(load_double(from[i])));
    }
  });
  return result;
}

/// `floats(double)` or `integers(T)` of every element.
template <typename Floats, typename Integers>
Array map_numbers(const Call& call, const Array& src, Floats floats, Integers integers) {
  if (is_float(src.type())) {
    return map_floats(call, src, floats);
  }
  Array result = call.make(src.type(), src.dims());
  visit_integer(call, src.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = src.data<T>();
    const auto to = result.data<T>();
    for (std::size_t i = 0; i < from.size(); ++i) {
      to[i] = integers(from[i]);
    }
  });
  return result;
}

}  // namespace caloquant::onnx
