#include "ops/core/qmath.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

namespace caloquant {
namespace {

constexpr auto largest_float = static_cast<double>(std::numeric_limits<float>::max());

/// The scale of a code whose integers lie up to `steps` from its zero point.
float usable_scale(double scale, double steps) {
  if (!(scale > 0.0)) {
    return 1.0F;
  }
  // One step more, so that no rounding reaches infinity.
  return static_cast<float>(
      std::clamp(scale, static_cast<double>(smallest_scale), largest_float / (steps + 1.0)));
}

constexpr double u8_steps = 255.0;
constexpr double s8_steps = 128.0;
constexpr double weight_steps = 127.0;

/// Most steps of its sums that a layer's bias may have.
double most_bias_steps(DType src) {
  // In f32 the sum is added to it: 2^31 is no more than rounding then.
  return src == DType::u8 || src == DType::s8 ? static_cast<double>(largest_bias_steps)
                                              : largest_float / 4.0;
}

float scale_of_channel(const std::vector<float>& scales, std::size_t channel) {
  return scales[scales.size() == 1 ? 0 : channel];
}

/// Weights are symmetric: no -128.
constexpr QRange s8_weights{-127, 127};

float largest_magnitude(std::span<const float> values) {
  float largest = 0.0F;
  for (const float value : values) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

float minmax_scale(std::span<const float> weights) {
  return usable_scale(static_cast<double>(largest_magnitude(weights)) / weight_steps, weight_steps);
}

/// Sum of squared errors of weights with a scale.
double squared_error(std::span<const float> weights, float scale) {
  double sum = 0.0;
  for (const float weight : weights) {
    const float q = static_cast<float>(round_saturate(weight / scale, s8_weights));
    const double error = static_cast<double>(q * scale) - static_cast<double>(weight);
    sum += error * error;
  }
  return sum;
}

float mse_scale(std::span<const float> weights) {
  constexpr int fine = 1024;  // steps of the factor
  constexpr int coarse = fine / 64;
  const float widest = minmax_scale(weights);
  int best = fine;
  double smallest = std::numeric_limits<double>::infinity();
  const auto scale_of = [widest](int step) {
    return usable_scale(static_cast<double>(widest) * step / fine, weight_steps);
  };
  const auto try_step = [&](int step) {
    const double error = squared_error(weights, scale_of(step));
    if (error < smallest || (error == smallest && step > best)) {
      smallest = error;
      best = step;
    }
  };
  for (int step = fine; step >= fine / 4; step -= coarse) {
    try_step(step);
  }
  const int middle = best;
  for (int step = std::min(fine, middle + coarse - 1); step > middle - coarse; --step) {
    try_step(step);
  }
  return largest_magnitude(weights) == 0.0F ? 1.0F : scale_of(best);
}

template <typename ScaleOf>
std::vector<float> weight_scales(const Tensor& weights, bool per_channel, ScaleOf&& scale_of) {
  const auto values = weights.data<float>();
  CALOQUANT_EXPECT(!weights.shape().empty());
  const auto channels = per_channel ? static_cast<std::size_t>(weights.shape().front()) : 1U;
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  std::vector<float> scales(channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    scales[channel] = scale_of(values.subspan(channel * stride, stride));
  }
  return scales;
}

}  // namespace

QRange range_of(const QuantParams& params) {
  switch (params.dtype) {
    case DType::u8:
      return {0, 255};
    case DType::s8:
      return {-128, 127};
    case DType::s16:
      CALOQUANT_EXPECT(params.limit > 0 && params.limit <= 32767);
      return {-params.limit, params.limit};
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
    case DType::bf16:
      break;
  }
  CALOQUANT_EXPECT(false && "not an integer code");
  return {};
}

Precision precision_of(const LayerQuant& quant) noexcept {
  switch (quant.src.dtype) {
    case DType::s16:
      return Precision::w8a16;
    case DType::bf16:
      return Precision::bf16;
    case DType::f32:
      return Precision::w8;
    case DType::u8:
    case DType::s8:
    case DType::f64:
    case DType::s32:
    case DType::s64:
      break;
  }
  return Precision::int8;
}

bool is_integer(const QuantParams& params) noexcept {
  return params.dtype == DType::u8 || params.dtype == DType::s8 || params.dtype == DType::s16;
}

std::int32_t round_saturate(float value, QRange range) {
  // Saturate before the conversion: converting an out-of-range float is undefined.
  const auto low = static_cast<float>(range.low);
  const auto high = static_cast<float>(range.high);
  if (!(value > low)) {
    return range.low;
  }
  if (value >= high) {
    return range.high;
  }
  return static_cast<std::int32_t>(std::nearbyint(value));
}

std::int32_t quantize(float x, const QuantParams& params) {
  const QRange range = range_of(params);
  const QRange shifted{range.low - params.zero_point, range.high - params.zero_point};
  return round_saturate(x / params.scale, shifted) + params.zero_point;
}

template <typename T>
void quantize(std::span<const float> src, std::span<T> dst, const QuantParams& params) {
  CALOQUANT_EXPECT(src.size() == dst.size() && params.dtype == DTypeOf<T>::value);
  for (std::size_t i = 0; i < src.size(); ++i) {
    dst[i] = static_cast<T>(quantize(src[i], params));
  }
}
template <typename T>
void dequantize(std::span<const T> src, std::span<float> dst, const QuantParams& params) {
  CALOQUANT_EXPECT(src.size() == dst.size() && params.dtype == DTypeOf<T>::value);
  for (std::size_t i = 0; i < src.size(); ++i) {
    dst[i] = dequantize(src[i], params);
  }
}
template void quantize(std::span<const float>, std::span<std::uint8_t>, const QuantParams&);
template void quantize(std::span<const float>, std::span<std::int8_t>, const QuantParams&);
template void quantize(std::span<const float>, std::span<std::int16_t>, const QuantParams&);
template void dequantize(std::span<const std::int16_t>, std::span<float>, const QuantParams&);
template void dequantize(std::span<const std::uint8_t>, std::span<float>, const QuantParams&);
template void dequantize(std::span<const std::int8_t>, std::span<float>, const QuantParams&);

QuantParams asymmetric_u8(float low, float high) {
  const double bottom = std::min(0.0, static_cast<double>(low));
  const double top = std::max(0.0, static_cast<double>(high));
  const float scale = usable_scale((top - bottom) / u8_steps, u8_steps);
  const auto zero =
      round_saturate(static_cast<float>(-bottom / static_cast<double>(scale)), {0, 255});
  return {DType::u8, scale, zero};
}

QuantParams symmetric_s8(float low, float high) {
  const float largest = std::max(std::fabs(low), std::fabs(high));
  return {DType::s8, usable_scale(static_cast<double>(largest) / 127.0, s8_steps), 0};
}

QuantParams scaled_u8(float high) {
  return {DType::u8, usable_scale(static_cast<double>(high) / u8_steps, u8_steps), 0};
}

QuantParams symmetric_s16(float low, float high, std::int32_t limit) {
  CALOQUANT_EXPECT(limit >= 1 && limit <= 32767);
  const float largest = std::max(std::fabs(low), std::fabs(high));
  return {DType::s16, usable_scale(static_cast<double>(largest) / limit, limit), 0, limit};
}

std::int32_t s16_limit(const Tensor& weights) {
  const auto values = weights.data<std::int8_t>();
  const auto channels = static_cast<std::size_t>(weights.shape().front());
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  std::int64_t largest = 1;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    std::int64_t sum = 0;
    for (const std::int8_t value : values.subspan(channel * stride, stride)) {
      sum += std::abs(static_cast<int>(value));
    }
    largest = std::max(largest, sum);
  }
  constexpr std::int64_t widest = 32767;
  return static_cast<std::int32_t>(
      std::min(widest, std::numeric_limits<std::int32_t>::max() / largest));
}

void require_exact_sums(const std::string& place, const Tensor& weights, const QuantParams& src) {
  const std::int64_t products = weights.size() / std::max<std::int64_t>(1, weights.shape().front());
  const bool fits = src.dtype == DType::s16
                        ? src.limit <= s16_limit(weights)
                        : products <= std::numeric_limits<std::int32_t>::max() / (255 * 127);
  if (!fits) {
    throw BackendError(place,
                       "sums of " + std::to_string(products) + " products may exceed 32 bits",
                       "keep this layer in fp32");
  }
}

Tensor to_bf16(const Tensor& values) {
  Tensor result(DType::bf16, values.shape());
  const auto from = values.data<float>();
  const auto into = result.data<BFloat16>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    constexpr float largest = 0x1.FEp127F;
    const float rounded =
        std::isfinite(from[i]) ? std::clamp(round_to_bf16(from[i]), -largest, largest) : from[i];
    into[i].bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(rounded) >> 16U);
  }
  return result;
}

Tensor from_bf16(const Tensor& values) {
  Tensor result(DType::f32, values.shape());
  const auto from = values.data<BFloat16>();
  const auto into = result.data<float>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    into[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from[i].bits) << 16U);
  }
  return result;
}

Tensor dequantized_weights(const Tensor& weights, const LayerQuant& quant) {
  if (weights.dtype() == DType::bf16) {
    return from_bf16(weights);
  }
  Tensor result(DType::f32, weights.shape());
  const auto from = weights.data<std::int8_t>();
  const auto into = result.data<float>();
  const std::size_t stride = from.size() / static_cast<std::size_t>(weights.shape().front());
  for (std::size_t i = 0; i < from.size(); ++i) {
    into[i] = static_cast<float>(from[i]) * scale_of_channel(quant.weight_scales, i / stride);
  }
  return result;
}

std::vector<float> minmax_weight_scales(const Tensor& weights, bool per_channel) {
  return weight_scales(weights, per_channel, minmax_scale);
}

std::vector<float> mse_weight_scales(const Tensor& weights, bool per_channel) {
  return weight_scales(weights, per_channel, mse_scale);
}

std::vector<float> layer_weight_scales(std::vector<float> scales, const QuantParams& src,
                                       const Tensor* bias) {
  if (scales.empty()) {
    return scales;  // of bf16
  }
  const auto step = static_cast<double>(src.scale);
  // Of src at most 2^8 steps are multiplied with 2^7 of a weight.
  const double most = std::min(largest_float / 0x1p15 / step, largest_float / (weight_steps + 1.0));
  std::vector<double> least(scales.size(), static_cast<double>(smallest_scale) / step);
  for (std::size_t c = 0; bias != nullptr && c < static_cast<std::size_t>(bias->size()); ++c) {
    double& own = least[scales.size() == 1 ? 0 : c];
    own = std::max(own, std::fabs(static_cast<double>(bias->data<float>()[c])) /
                            most_bias_steps(src.dtype) / step);
  }
  for (std::size_t k = 0; k < scales.size(); ++k) {
    // A scale that is within stays the same to the bit.
    const auto scale = static_cast<double>(scales[k]);
    if (scale < least[k] || scale > most) {
      scales[k] = std::nextafter(static_cast<float>(std::min(std::max(scale, least[k]), most)),
                                 scale < least[k] ? std::numeric_limits<float>::max() : 0.0F);
    }
  }
  return scales;
}

float usable_bias(double wanted, float before, const LayerQuant& quant, std::size_t channel) {
  const double step = static_cast<double>(quant.src.scale) *
                      static_cast<double>(scale_of_channel(quant.weight_scales, channel));
  const double most = std::min(most_bias_steps(quant.src.dtype) * step, largest_float);
  return std::fabs(wanted) <= most ? static_cast<float>(wanted) : before;
}

std::string quant_problem(const LayerQuant& quant, const Tensor* bias) {
  const auto number = [](float value) {
    std::ostringstream text;
    text << value;
    return text.str();
  };
  if (!is_integer(quant.src) && quant.src.dtype != DType::f32) {
    return "";  // bf16 has no steps
  }
  const std::size_t channels =
      std::max(quant.weight_scales.size(),
               bias == nullptr ? std::size_t{0} : static_cast<std::size_t>(bias->size()));
  for (std::size_t c = 0; c < channels; ++c) {
    const float step = quant.src.scale * scale_of_channel(quant.weight_scales, c);
    if (!(step > 0.0F) || !std::isfinite(step)) {
      return "a step of the sums of channel " + std::to_string(c) + ", src scale " +
             number(quant.src.scale) + " times weight scale " +
             number(scale_of_channel(quant.weight_scales, c)) + ", is " + number(step);
    }
    if (bias != nullptr && !std::isfinite(bias->data<float>()[c] / step)) {
      return "the bias " + number(bias->data<float>()[c]) + " of channel " + std::to_string(c) +
             " is infinitely many steps of " + number(step);
    }
  }
  return "";
}

QuantizedWeights quantize_weights(const Tensor& weights, std::vector<float> scales) {
  const auto values = weights.data<float>();
  const std::size_t channels = scales.size();
  CALOQUANT_EXPECT(channels <= 1 || channels == static_cast<std::size_t>(weights.shape().front()));
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  QuantizedWeights result{Tensor(DType::s8, weights.shape()), std::move(scales)};
  const auto quantized = result.values.data<std::int8_t>();
  for (std::size_t i = 0; i < channels * stride; ++i) {
    quantized[i] =
        static_cast<std::int8_t>(round_saturate(values[i] / result.scales[i / stride], s8_weights));
  }
  return result;
}

QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel) {
  return quantize_weights(weights, minmax_weight_scales(weights, per_channel));
}

}  // namespace caloquant
