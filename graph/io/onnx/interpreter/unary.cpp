// Functions of one number without attributes.

#include "graph/io/onnx/interpreter/unary.hpp"

#include <cmath>

#include "graph/io/onnx/interpreter/functions.hpp"

namespace caloquant::onnx {
namespace {

Results map_input(const Call& call, double (*f)(double)) {
  return {map_floats(call, call.input(0), f)};
}

}  // namespace

Results square_root(const Call& call) {
  return map_input(call, [](double x) { return std::sqrt(x); });
}
Results exponential(const Call& call) {
  return map_input(call, [](double x) { return std::exp(x); });
}
Results logarithm(const Call& call) {
  return map_input(call, [](double x) { return std::log(x); });
}
Results hyperbolic_tangent(const Call& call) {
  return map_input(call, [](double x) { return std::tanh(x); });
}
Results error_function(const Call& call) {
  return map_input(call, [](double x) { return std::erf(x); });
}
Results reciprocal(const Call& call) {
  return map_input(call, [](double x) { return 1.0 / x; });
}
Results floor_of(const Call& call) {
  return map_input(call, [](double x) { return std::floor(x); });
}
Results ceil_of(const Call& call) {
  return map_input(call, [](double x) { return std::ceil(x); });
}
/// Half to even: the rounding mode of the program is never changed.
Results round_of(const Call& call) {
  return map_input(call, [](double x) { return std::nearbyint(x); });
}

Results absolute(const Call& call) {
  return {map_numbers(
      call, call.input(0), [](double x) { return std::fabs(x); },
      [](auto x) {
        return x < 0 ? static_cast<decltype(x)>(0 - static_cast<std::uint64_t>(x)) : x;
      })};
}

Results negative(const Call& call) {
  return {map_numbers(
      call, call.input(0), [](double x) { return -x; },
      [](auto x) { return static_cast<decltype(x)>(0 - static_cast<std::uint64_t>(x)); })};
}

}  // namespace caloquant::onnx
