// Add, Sub, Mul, Div, Pow, Min, Max, Sum, Mod: numbers with numpy's broadcasting. Integers wrap
// around; floats are computed in double and rounded once.

#include <algorithm>
#include <cmath>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

/// `floats(double, double)` or `integers(T, T)` over the broadcast arrays; both of one type.
template <typename Floats, typename Integers>
Array combine(const Call& call, const Array& a, const Array& b, Floats floats, Integers integers) {
  call.require(a.type() == b.type(),
               "has inputs of different types, " + describe(a) + " and " + describe(b));
  Array result = call.make(a.type(), broadcast(call, a.dims(), b.dims()));
  const std::vector<std::size_t> from_b = positions(broadcast_view(b, result.dims()));
  visit_number(call, a.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto x = a.data<T>();
    const auto y = b.data<T>();
    const auto to = result.data<T>();
    for_each_element(broadcast_view(a, result.dims()), [&](std::size_t at, std::size_t from_a) {
      if constexpr (is_float_type<T>) {
        to[at] = store_double<T>(floats(load_double(x[from_a]), load_double(y[from_b[at]])));
      } else {
        to[at] = integers(x[from_a], y[from_b[at]]);
      }
    });
  });
  return result;
}

/// Integer arithmetic modulo 2^bits, free of overflow.
template <typename T>
using Wrapping = std::conditional_t<sizeof(T) < 4, std::uint32_t, std::make_unsigned_t<T>>;

template <typename T>
T quotient(const Call& call, T x, T y) {
  call.require(y != 0, "divides an integer by 0");
  if constexpr (std::is_signed_v<T>) {
    if (y == -1) {  // the smallest number has no negative
      return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(x));
    }
  }
  return static_cast<T>(x / y);
}

/// fmod 0: the sign of the divisor (Python); 1: of the dividend (C).
template <typename T>
T remainder_of(const Call& call, T x, T y, bool fmod) {
  call.require(y != 0, "divides an integer by 0");
  if constexpr (std::is_signed_v<T>) {
    if (y == -1) {
      return 0;
    }
  }
  const auto rest = static_cast<T>(x % y);
  return !fmod && rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
}

/// Folds a variadic operator from the left.
template <typename F>
Results fold(const Call& call, F&& f) {
  Array result = call.input(0);
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    result = f(result, call.input(i));
  }
  return {result};
}

Array plus(const Call& call, const Array& a, const Array& b) {
  return combine(
      call, a, b, [](double x, double y) { return x + y; },
      [](auto x, auto y) {
        using W = Wrapping<decltype(x)>;
        return static_cast<decltype(x)>(static_cast<W>(x) + static_cast<W>(y));
      });
}

}  // namespace

Results add(const Call& call) {
  return {plus(call, call.input(0), call.input(1))};
}

Results sum(const Call& call) {
  return fold(call, [&](const Array& a, const Array& b) { return plus(call, a, b); });
}

Results subtract(const Call& call) {
  return {combine(
      call, call.input(0), call.input(1), [](double x, double y) { return x - y; },
      [](auto x, auto y) {
        using W = Wrapping<decltype(x)>;
        return static_cast<decltype(x)>(static_cast<W>(x) - static_cast<W>(y));
      })};
}

Results multiply(const Call& call) {
  return {combine(
      call, call.input(0), call.input(1), [](double x, double y) { return x * y; },
      [](auto x, auto y) {
        using W = Wrapping<decltype(x)>;
        return static_cast<decltype(x)>(static_cast<W>(x) * static_cast<W>(y));
      })};
}

Results divide(const Call& call) {
  return {combine(
      call, call.input(0), call.input(1), [](double x, double y) { return x / y; },
      [&](auto x, auto y) { return quotient(call, x, y); })};
}

Results modulo(const Call& call) {
  const bool fmod = call.integer("fmod", 0) != 0;
  call.require(fmod || !is_float(call.input(0).type()), "needs fmod = 1 for floats");
  return {combine(
      call, call.input(0), call.input(1), [](double x, double y) { return std::fmod(x, y); },
      [&](auto x, auto y) { return remainder_of(call, x, y, fmod); })};
}

Results minimum(const Call& call) {
  return fold(call, [&](const Array& a, const Array& b) {
    return combine(
        call, a, b,
        [](double x, double y) { return std::isnan(x) || std::isnan(y) ? x + y : std::min(x, y); },
        [](auto x, auto y) { return std::min(x, y); });
  });
}

Results maximum(const Call& call) {
  return fold(call, [&](const Array& a, const Array& b) {
    return combine(
        call, a, b,
        [](double x, double y) { return std::isnan(x) || std::isnan(y) ? x + y : std::max(x, y); },
        [](auto x, auto y) { return std::max(x, y); });
  });
}

Results power(const Call& call) {
  const Array& base = call.input(0);
  const Array& exponent = call.input(1);
  Array result = call.make(base.type(), broadcast(call, base.dims(), exponent.dims()));
  const std::vector<double> exponents = to_doubles(call, exponent);
  const auto from_exponent = positions(broadcast_view(exponent, result.dims()));
  visit_number(call, base.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto x = base.data<T>();
    const auto to = result.data<T>();
    for_each_element(broadcast_view(base, result.dims()), [&](std::size_t at, std::size_t from) {
      const double y = exponents[from_exponent[at]];
      if constexpr (is_float_type<T>) {
        to[at] = store_double<T>(std::pow(load_double(x[from]), y));
      } else {
        to[at] = saturating<T>(std::pow(static_cast<double>(x[from]), y));
      }
    });
  });
  return {result};
}

}  // namespace caloquant::onnx
