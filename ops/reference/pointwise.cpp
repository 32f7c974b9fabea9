#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

double value_of(EltwiseKind kind, double alpha, double beta, double x) {
  // Klambauer et al. 2017, Self-Normalizing Neural Networks, eq. 14.
  constexpr double selu_scale = 1.0507009873554804934193349852946;
  constexpr double selu_alpha = 1.6732632423543772848170429916717;
  switch (kind) {
    case EltwiseKind::relu:
      return std::max(x, 0.0);
    case EltwiseKind::clip:
      return std::min(std::max(x, alpha), beta);
    case EltwiseKind::threshold:
      return !(x <= alpha) ? x : beta == 0.0 ? 0.0 : beta * (x - alpha);
    case EltwiseKind::leaky_relu:
      return x >= 0.0 ? x : alpha * x;
    case EltwiseKind::elu:
      return x >= 0.0 ? x : alpha * std::expm1(x);
    case EltwiseKind::selu:
      return selu_scale * (x >= 0.0 ? x : selu_alpha * std::expm1(x));
    case EltwiseKind::sigmoid:
      return sigmoid(x);
    case EltwiseKind::hard_sigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case EltwiseKind::tanh:
      return std::tanh(x);
    case EltwiseKind::softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case EltwiseKind::softsign:
      return x / (1.0 + std::fabs(x));
    case EltwiseKind::exp:
      return std::exp(x);
    case EltwiseKind::swish:
      return x * sigmoid(x);
    case EltwiseKind::gelu:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
  }
  return x;
}

/// dst = f(channel, x) over channel axis 1.
template <typename F>
Tensor per_channel(const Tensor& src, F&& f) {
  Tensor result(DType::f32, src.shape());
  const auto from = src.data<float>();
  const auto to = result.data<float>();
  const auto channels = static_cast<std::size_t>(src.shape()[1]);
  const auto block = static_cast<std::size_t>(row_major_strides(src.shape())[1]);
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(f(i / block % channels, static_cast<double>(from[i])));
  }
  return result;
}

double at(const Tensor& vector, std::size_t index) {
  return static_cast<double>(vector.data<float>()[index]);
}

/// One line of a softmax: `count` elements, `stride` apart.
void softmax_line(const float* src, float* dst, std::int64_t count, std::int64_t stride) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < count; ++i) {
    largest = std::max(largest, static_cast<double>(src[i * stride]));
  }
  double sum = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += std::exp(static_cast<double>(src[i * stride]) - largest);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double part = std::exp(static_cast<double>(src[i * stride]) - largest);
    dst[i * stride] = static_cast<float>(part / sum);
  }
}

}  // namespace

Tensor reference_eltwise(const Eltwise& eltwise, const Tensor& src) {
  Tensor result(DType::f32, src.shape());
  const auto from = src.data<float>();
  const auto alpha = static_cast<double>(eltwise.alpha);
  const auto beta = static_cast<double>(eltwise.beta);
  std::transform(from.begin(), from.end(), result.data<float>().begin(), [&](float x) {
    return static_cast<float>(value_of(eltwise.kind, alpha, beta, static_cast<double>(x)));
  });
  return result;
}

Tensor reference_extremum(const Extremum& extremum, std::span<const Tensor* const> inputs) {
  CALOQUANT_EXPECT(!inputs.empty());
  Tensor result = *inputs.front();
  const bool largest = extremum.kind == ExtremumKind::maximum;
  const auto dst = result.data<float>();
  const std::size_t cells =  // of a channel
      result.shape().size() < 2 ? 1
                                : static_cast<std::size_t>(row_major_strides(result.shape())[1]);
  for (const Tensor* other : inputs.subspan(1)) {
    const bool per_channel = other->shape() != result.shape();
    const auto values = other->data<float>();
    for (std::size_t i = 0; i < dst.size(); ++i) {
      const float b = values[per_channel ? i / cells % values.size() : i];
      if (std::isnan(b) || (largest ? b > dst[i] : b < dst[i])) {
        dst[i] = std::isnan(dst[i]) ? dst[i] : b;
      }
    }
  }
  return result;
}

Tensor reference_softmax(const Softmax& softmax, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(softmax, {src.shape()}, "softmax"));
  const auto axis = static_cast<std::size_t>(softmax.axis);
  const std::int64_t count = src.shape()[axis];
  const std::int64_t stride = row_major_strides(src.shape())[axis];
  const float* from = src.data<float>().data();
  float* to = result.data<float>().data();
  for (std::int64_t first = 0; first < src.size(); first += count * stride) {
    for (std::int64_t i = 0; i < stride; ++i) {
      softmax_line(from + first + i, to + first + i, count, stride);
    }
  }
  return result;
}

Tensor reference_add(std::span<const Tensor* const> inputs) {
  CALOQUANT_EXPECT(!inputs.empty());
  Tensor result(DType::f32, inputs.front()->shape());
  const auto dst = result.data<float>();
  for (std::size_t i = 0; i < dst.size(); ++i) {
    double sum = 0.0;
    for (const Tensor* input : inputs) {
      sum += at(*input, i);
    }
    dst[i] = static_cast<float>(sum);
  }
  return result;
}

Tensor reference_affine(const Tensor& src, const Tensor& mul, const Tensor& add) {
  return per_channel(
      src, [&](std::size_t channel, double x) { return at(mul, channel) * x + at(add, channel); });
}

Tensor reference_batch_norm(const BatchNorm& norm, const Tensor& src, const Tensor& gamma,
                            const Tensor& beta, const Tensor& mean, const Tensor& variance) {
  return per_channel(src, [&](std::size_t channel, double x) {
    const double deviation = std::sqrt(at(variance, channel) + norm.epsilon);
    return at(gamma, channel) * (x - at(mean, channel)) / deviation + at(beta, channel);
  });
}

}  // namespace caloquant
