#include "ops/reference/accumulate.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace caloquant {
namespace {

template <typename T>
std::vector<double> shifted(std::span<const T> values, std::int32_t zero_point) {
  std::vector<double> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(), [&](T value) {
    return static_cast<double>(value) - static_cast<double>(zero_point);
  });
  return result;
}

}  // namespace

std::vector<double> to_double(const Tensor& src) {
  const auto values = src.data<float>();
  return {values.begin(), values.end()};
}

std::vector<double> integers_to_double(const Tensor& src) {
  return shifted(src.data<std::int8_t>(), 0);
}

std::vector<double> centred_to_double(const Tensor& src, const QuantParams& params) {
  CALOQUANT_EXPECT(src.dtype() == params.dtype);
  switch (src.dtype()) {
    case DType::u8:
      return shifted(src.data<std::uint8_t>(), params.zero_point);
    case DType::s8:
      return shifted(src.data<std::int8_t>(), params.zero_point);
    case DType::s16:
      return shifted(src.data<std::int16_t>(), params.zero_point);
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

Tensor to_f32(std::span<const double> values, const Shape& shape) {
  Tensor result(DType::f32, shape);
  const auto dst = result.data<float>();
  CALOQUANT_EXPECT(dst.size() == values.size());
  std::transform(values.begin(), values.end(), dst.begin(),
                 [](double value) { return static_cast<float>(value); });
  return result;
}

Tensor to_s32(std::span<const double> sums, const Shape& shape, const char* where) {
  Tensor result(DType::s32, shape);
  const auto dst = result.data<std::int32_t>();
  CALOQUANT_EXPECT(dst.size() == sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto sum = static_cast<std::int64_t>(sums[i]);
    if (sum < std::numeric_limits<std::int32_t>::min() ||
        sum > std::numeric_limits<std::int32_t>::max()) {
      throw ModelError(where, "the integer sum " + std::to_string(sum) + " does not fit 32 bits",
                       "keep this layer in fp32");
    }
    dst[i] = static_cast<std::int32_t>(sum);
  }
  return result;
}

}  // namespace caloquant
