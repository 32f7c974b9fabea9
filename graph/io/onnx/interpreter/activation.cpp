// Activation functions, Clip and Softmax.

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/unary.hpp"
#include "ops/core/broadcast.hpp"

namespace caloquant::onnx {
namespace {

/// src seen as [outer, axis, inner].
struct Lines {
  std::int64_t outer = 1;
  std::int64_t extent = 1;
  std::int64_t inner = 1;
};

/// Softmax before opset 13 works on the matrix that `axis` cuts the tensor into; then along one
/// axis.
Lines softmax_lines(const Call& call, const Array& src) {
  const bool matrix = call.opset() < 13;
  const std::size_t axis = call.axis(call.integer("axis", matrix ? 1 : -1), src.rank(), matrix);
  Lines lines;
  for (std::size_t i = 0; i < src.rank(); ++i) {
    std::int64_t& part = i < axis ? lines.outer : i == axis || matrix ? lines.extent : lines.inner;
    part *= src.dims()[i];
  }
  return lines;
}

/// f(first element, stride) for every line; the line is replaced in place.
template <typename F>
Results on_lines(const Call& call, F f) {
  const Array& src = call.input(0);
  const Lines lines = softmax_lines(call, src);
  std::vector<double> values = to_doubles(call, src);
  for (std::int64_t outer = 0; outer < lines.outer; ++outer) {
    for (std::int64_t inner = 0; inner < lines.inner; ++inner) {
      double* first = values.data() + outer * lines.extent * lines.inner + inner;
      double largest = -std::numeric_limits<double>::infinity();
      for (std::int64_t i = 0; i < lines.extent; ++i) {
        largest = std::max(largest, first[i * lines.inner]);
      }
      double total = 0.0;
      for (std::int64_t i = 0; i < lines.extent; ++i) {
        total += std::exp(first[i * lines.inner] - largest);
      }
      for (std::int64_t i = 0; i < lines.extent; ++i) {
        double& x = first[i * lines.inner];
        x = f(x - largest, total);
      }
    }
  }
  return {from_doubles(call, src.type(), src.dims(), values)};
}

/// Bounds of Clip: attributes before opset 11, then optional inputs.
double clip_bound(const Call& call, std::size_t index, const char* name, double otherwise) {
  if (call.opset() < 11) {
    return call.number(name, otherwise);
  }
  return call.optional(index) == nullptr ? otherwise : call.number_input(index);
}

}  // namespace

Results relu(const Call& call) {
  return {map_numbers(
      call, call.input(0), [](double x) { return x < 0.0 ? 0.0 : x; },
      [](auto x) { return std::max(x, decltype(x){0}); })};
}

Results leaky_relu(const Call& call) {
  const double alpha = call.number("alpha", static_cast<double>(0.01F));
  return {map_floats(call, call.input(0), [=](double x) { return x < 0.0 ? alpha * x : x; })};
}

Results prelu(const Call& call) {
  const Array& src = call.input(0);
  const Array& slope = call.input(1);
  call.require(slope.type() == src.type() && broadcasts_to(slope.dims(), src.dims()),
               "has a slope " + describe(slope) + " that does not fit " + describe(src));
  const std::vector<double> slopes = to_doubles(call, slope);
  std::vector<double> values = to_doubles(call, src);
  for_each_element(broadcast_view(slope, src.dims()), [&](std::size_t at, std::size_t from) {
    values[at] *= values[at] < 0.0 ? slopes[from] : 1.0;
  });
  return {from_doubles(call, src.type(), src.dims(), values)};
}

Results elu(const Call& call) {
  const double alpha = call.number("alpha", 1.0);
  return {map_floats(call, call.input(0),
                     [=](double x) { return x < 0.0 ? alpha * std::expm1(x) : x; })};
}

Results selu(const Call& call) {
  const double alpha = call.number("alpha", static_cast<double>(1.67326319217681884765625F));
  const double gamma = call.number("gamma", static_cast<double>(1.05070102214813232421875F));
  return {map_floats(call, call.input(0),
                     [=](double x) { return gamma * (x > 0.0 ? x : alpha * std::expm1(x)); })};
}

Results sigmoid(const Call& call) {
  return {map_floats(call, call.input(0), [](double x) { return 1.0 / (1.0 + std::exp(-x)); })};
}

Results hard_sigmoid(const Call& call) {
  const double alpha = call.number("alpha", static_cast<double>(0.2F));
  const double beta = call.number("beta", 0.5);
  return {map_floats(call, call.input(0),
                     [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); })};
}

Results thresholded_relu(const Call& call) {
  const double alpha = call.number("alpha", 1.0);
  return {map_floats(call, call.input(0), [=](double x) { return x <= alpha ? 0.0 : x; })};
}

Results softplus(const Call& call) {
  return {map_floats(call, call.input(0), [](double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
  })};
}

Results softsign(const Call& call) {
  return {map_floats(call, call.input(0), [](double x) { return x / (1.0 + std::fabs(x)); })};
}

Results gelu(const Call& call) {
  const std::string approximate = call.text("approximate", "none");
  call.require(approximate == "none" || approximate == "tanh",
               "has the unknown approximation '" + printable(approximate) + "'");
  const bool exact = approximate == "none";
  return {map_floats(call, call.input(0), [exact](double x) {
    constexpr double sqrt_2_over_pi = 0.79788456080286535588;
    return exact ? 0.5 * x * std::erfc(-x / std::sqrt(2.0))
                 : 0.5 * x * (1.0 + std::tanh(sqrt_2_over_pi * (x + 0.044715 * x * x * x)));
  })};
}

Results clip(const Call& call) {
  const double none = call.opset() < 11 ? static_cast<double>(std::numeric_limits<float>::max())
                                        : std::numeric_limits<double>::infinity();
  const double low = clip_bound(call, 1, "min", -none);
  const double high = clip_bound(call, 2, "max", none);
  return {map_numbers(
      call, call.input(0), [=](double x) { return std::min(std::max(x, low), high); },
      [=](auto x) {
        using T = decltype(x);
        return std::min(std::max(x, saturating<T>(low)), saturating<T>(high));
      })};
}

Results softmax(const Call& call) {
  return on_lines(call, [](double x, double total) { return std::exp(x) / total; });
}

Results log_softmax(const Call& call) {
  return on_lines(call, [](double x, double total) { return x - std::log(total); });
}

}  // namespace caloquant::onnx
