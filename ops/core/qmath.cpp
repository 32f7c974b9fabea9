#include "ops/core/qmath.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace caloquant {
namespace {

float usable_scale(double scale) {
  constexpr float floor = std::numeric_limits<float>::min() * 256.0F;
  if (!(scale > 0.0)) {
    return 1.0F;
  }
  return std::max(static_cast<float>(scale), floor);
}

float largest_magnitude(std::span<const float> values) {
  float largest = 0.0F;
  for (const float value : values) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

}  // namespace

QRange range_of(DType dtype) {
  CALOQUANT_EXPECT(dtype == DType::u8 || dtype == DType::s8);
  return dtype == DType::u8 ? QRange{0, 255} : QRange{-128, 127};
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
  const QRange range = range_of(params.dtype);
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
template void dequantize(std::span<const std::uint8_t>, std::span<float>, const QuantParams&);
template void dequantize(std::span<const std::int8_t>, std::span<float>, const QuantParams&);

QuantParams asymmetric_u8(float low, float high) {
  const double bottom = std::min(0.0, static_cast<double>(low));
  const double top = std::max(0.0, static_cast<double>(high));
  const float scale = usable_scale((top - bottom) / 255.0);
  const auto zero =
      round_saturate(static_cast<float>(-bottom / static_cast<double>(scale)), {0, 255});
  return {DType::u8, scale, zero};
}

QuantParams symmetric_s8(float low, float high) {
  const float largest = std::max(std::fabs(low), std::fabs(high));
  return {DType::s8, usable_scale(static_cast<double>(largest) / 127.0), 0};
}

QuantParams scaled_u8(float high) {
  return {DType::u8, usable_scale(static_cast<double>(high) / 255.0), 0};
}

QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel) {
  const auto values = weights.data<float>();
  CALOQUANT_EXPECT(!weights.shape().empty());
  const auto channels = per_channel ? static_cast<std::size_t>(weights.shape().front()) : 1U;
  const std::size_t stride = channels == 0 ? 0 : values.size() / channels;
  QuantizedWeights result{Tensor(DType::s8, weights.shape()), std::vector<float>(channels)};
  const auto quantized = result.values.data<std::int8_t>();
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const auto part = values.subspan(channel * stride, stride);
    const float scale = usable_scale(static_cast<double>(largest_magnitude(part)) / 127.0);
    result.scales[channel] = scale;
    for (std::size_t i = 0; i < stride; ++i) {
      quantized[channel * stride + i] =
          static_cast<std::int8_t>(round_saturate(part[i] / scale, {-127, 127}));
    }
  }
  return result;
}

}  // namespace caloquant
