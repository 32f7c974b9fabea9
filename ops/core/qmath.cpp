#include "ops/core/qmath.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace caloquant {
namespace {

constexpr auto largest_float = static_cast<double>(std::numeric_limits<float>::max());

constexpr double u8_steps = 255.0;
constexpr double s8_steps = 128.0;

}  // namespace

QRange range_of(const QuantParams& params) {
  CALOQUANT_EXPECT(is_integer(params) && "not an integer code");
  if (params.dtype == DType::u8) {
    return {0, 255};
  }
  if (params.dtype == DType::s8) {
    return {-128, 127};
  }
  CALOQUANT_EXPECT(params.limit > 0 && params.limit <= 32767);
  return {-params.limit, params.limit};
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

float usable_scale(double scale, double steps) {
  if (!(scale > 0.0)) {
    return 1.0F;
  }
  // One step more, so that no rounding reaches infinity.
  return static_cast<float>(
      std::clamp(scale, static_cast<double>(smallest_scale), largest_float / (steps + 1.0)));
}

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

}  // namespace caloquant
