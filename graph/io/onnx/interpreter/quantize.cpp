// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear and what the integer layers share.
// Everything is rounded as ONNX defines it for f32: x / scale and (q - zero_point) * scale are f32
// operations, rounding to integers is half to even (the rounding mode of the program is never
// changed).

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/quantization.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// Which scale belongs to which element: one for all, one per index of an axis, or one per block of
/// an axis (opset 21).
struct Granularity {
  std::int64_t inner = 1;   ///< elements behind the axis
  std::int64_t extent = 1;  ///< of the axis
  std::int64_t block = 1;   ///< indices of the axis with one scale
  std::int64_t scales = 1;  ///< along the axis

  [[nodiscard]] std::size_t index(std::size_t position) const {
    const auto at = static_cast<std::int64_t>(position);
    const std::int64_t along = at / inner % extent / block;
    const std::int64_t outer = at / inner / extent;
    const bool blocked = block > 1;
    return static_cast<std::size_t>(blocked       ? (outer * scales + along) * inner + at % inner
                                    : scales == 1 ? 0
                                                  : along);
  }
};

Granularity granularity(const Call& call, const Array& src, const Array& scale) {
  if (scale.size() == 1) {
    return {std::numeric_limits<std::int64_t>::max(), 1, 1, 1};
  }
  const std::size_t axis = call.axis(call.integer("axis", 1), src.rank());
  Granularity result;
  result.extent = src.dims()[axis];
  result.inner =
      element_count({src.dims().begin() + static_cast<std::ptrdiff_t>(axis) + 1, src.dims().end()});
  const std::int64_t block = call.integer("block_size", 0);
  if (block == 0) {
    call.require(scale.dims() == Shape{result.extent}, "has scales " + describe(scale) +
                                                           " for axis " + std::to_string(axis) +
                                                           " of " + describe(src));
    result.scales = result.extent;
    return result;
  }
  Shape expected = src.dims();
  call.require(block > 1, "needs a block_size above 1, has " + std::to_string(block));
  expected[axis] = (expected[axis] + block - 1) / block;
  call.require(scale.dims() == expected, "has scales " + describe(scale) + " for blocks of " +
                                             std::to_string(block) + " of " + describe(src));
  result.block = block;
  result.scales = expected[axis];
  return result;
}

/// Zero points as numbers, one per scale; 0 when there are none.
std::vector<double> zero_points(const Call& call, const Array* zero_point, const Array& scale) {
  if (zero_point == nullptr) {
    return std::vector<double>(static_cast<std::size_t>(scale.size()), 0.0);
  }
  call.require(zero_point->size() == scale.size(),
               "has zero points " + describe(*zero_point) + " for scales " + describe(scale));
  return to_doubles(call, *zero_point);
}

ElementType quantized_type(const Call& call, const Array* zero_point) {
  const std::int64_t wanted = call.integer("output_dtype", 0);
  const auto given = static_cast<ElementType>(wanted);
  if (zero_point == nullptr) {
    return wanted == 0 ? ElementType::u8 : given;
  }
  call.require(wanted == 0 || given == zero_point->type(),
               "has an output_dtype that its zero point " + describe(*zero_point) + " contradicts");
  return zero_point->type();
}

}  // namespace

double saturated(ElementType type, double value) {
  if (type == ElementType::u8) {
    return std::clamp(value, 0.0, 255.0);
  }
  if (type == ElementType::s8) {
    return std::clamp(value, -128.0, 127.0);
  }
  if (type == ElementType::u16) {
    return std::clamp(value, 0.0, 65535.0);
  }
  return type == ElementType::s16 ? std::clamp(value, -32768.0, 32767.0) : value;
}

std::vector<double> without_zero_point(const Call& call, const Array& array,
                                       const Array* zero_point, std::optional<std::size_t> axis) {
  if (array.type() != ElementType::u8 && array.type() != ElementType::s8) {
    call.fail_type(array.type());
  }
  std::vector<double> values = to_doubles(call, array);
  if (zero_point == nullptr) {
    return values;
  }
  call.require(zero_point->type() == array.type(),
               "has a zero point " + describe(*zero_point) + " for " + describe(array));
  const std::vector<double> zeros = to_doubles(call, *zero_point);
  if (zeros.size() == 1) {
    std::for_each(values.begin(), values.end(), [&](double& value) { value -= zeros[0]; });
    return values;
  }
  const bool fits = axis && *axis < array.rank() && zero_point->rank() >= 1 &&
                    static_cast<std::int64_t>(zeros.size()) == array.dims()[*axis];
  call.require(fits, "has zero points " + describe(*zero_point) + " for " + describe(array));
  const auto inner = static_cast<std::size_t>(element_count(
      {array.dims().begin() + static_cast<std::ptrdiff_t>(*axis) + 1, array.dims().end()}));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] -= zeros[i / inner % zeros.size()];
  }
  return values;
}

Array wrapped_s32(const Call& call, Shape dims, const std::vector<double>& sums) {
  Array result = call.make(ElementType::s32, std::move(dims));
  std::transform(sums.begin(), sums.end(), result.data<std::int32_t>().begin(), [](double sum) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(sum)));
  });
  return result;
}

std::vector<float> scales_of(const Call& call, std::size_t index) {
  const Array& scale = call.input(index);
  if (!is_float(scale.type()) || scale.type() == ElementType::f64) {
    call.fail_type(scale.type());
  }
  std::vector<float> values;
  for (const double value : to_doubles(call, scale)) {
    call.require(value > 0.0 && std::isfinite(value),
                 "has the scale " + std::to_string(value) + ", needs one above 0");
    values.push_back(static_cast<float>(value));
  }
  return values;
}

Array requantize(const Call& call, const Shape& dims, const std::vector<double>& sums,
                 const RequantizeScales& scales, const Array& zero_point, std::size_t axis) {
  call.require(scales.a.size() == 1 && scales.y.size() == 1 && zero_point.size() == 1,
               "needs one scale and zero point for its inputs and its output");
  const std::int64_t channels = dims[axis];
  call.require(
      scales.b.size() == 1 || static_cast<std::int64_t>(scales.b.size()) == channels,
      "has " + counted(scales.b.size(), "weight scale") + " for " + counted(channels, "channel"));
  Array result = call.make(zero_point.type(), dims);
  const double zero = call.number_input(7);
  const auto inner = static_cast<std::size_t>(
      element_count({dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end()}));
  visit_integer(call, zero_point.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto to = result.data<T>();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::size_t channel = i / inner % static_cast<std::size_t>(channels);
      const float scale = scales.a[0] * scales.b[scales.b.size() == 1 ? 0 : channel] / scales.y[0];
      const float scaled = static_cast<float>(sums[i]) * scale;
      to[i] = static_cast<T>(
          saturated(zero_point.type(), static_cast<double>(std::nearbyintf(scaled)) + zero));
    }
  });
  return result;
}

Results quantize_linear(const Call& call) {
  const Array& src = call.input(0);
  const Array& scale = call.input(1);
  const Array* zero_point = call.optional(2);
  const ElementType type = quantized_type(call, zero_point);
  if (size_of(type) > 2 || is_float(type) || type == ElementType::boolean) {
    call.fail_type(type);
  }
  const Granularity which = granularity(call, src, scale);
  const std::vector<double> zeros = zero_points(call, zero_point, scale);
  const std::vector<double> scales = to_doubles(call, scale);
  const std::vector<double> values = to_doubles(call, src);
  std::vector<double> quotients(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    // An f32 (or f16) division, as ONNX defines it.
    const float quotient =
        static_cast<float>(values[i]) / static_cast<float>(scales[which.index(i)]);
    quotients[i] = static_cast<double>(scale.type() == ElementType::f16
                                           ? to_float(to_half(static_cast<double>(quotient)))
                                           : quotient);
  }
  if (is_float8(type)) {  // these have no zero point but 0
    return {narrow_from_doubles(call, type, src.dims(), quotients)};
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double zero = zeros[which.index(i)];
    const double rounded = std::nearbyint(quotients[i]);
    quotients[i] = std::isnan(rounded) ? zero : rounded + zero;
  }
  if (is_int4(type)) {
    return {narrow_from_doubles(call, type, src.dims(), quotients)};
  }
  Array result = call.make(type, src.dims());
  visit_integer(call, type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(quotients.begin(), quotients.end(), result.data<T>().begin(),
                   [&](double q) { return static_cast<T>(saturated(type, q)); });
  });
  return {result};
}

Results dequantize_linear(const Call& call) {
  const Array& src = call.input(0);
  const Array& scale = call.input(1);
  const Array* zero_point = call.optional(2);
  call.require(zero_point == nullptr || zero_point->type() == src.type(),
               "has a zero point of another type than its src " + describe(src));
  if (is_float(src.type()) || src.type() == ElementType::boolean) {
    call.fail_type(src.type());
  }
  const Granularity which = granularity(call, src, scale);
  const std::vector<double> zeros = zero_points(call, zero_point, scale);
  const std::vector<double> scales = to_doubles(call, scale);
  std::vector<double> values = to_doubles(call, src);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = which.index(i);
    // q - zero_point is f32 before it is multiplied (s32 has more digits than f32).
    values[i] = static_cast<double>(static_cast<float>(values[i] - zeros[at])) * scales[at];
  }
  return {from_doubles(call, scale.type(), src.dims(), values)};
}

Results dynamic_quantize_linear(const Call& call) {
  const Array& src = call.input(0);
  if (src.type() != ElementType::f32) {
    call.fail_type(src.type());
  }
  float low = 0.0F;
  float high = 0.0F;
  for (const float value : src.data<float>()) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const float scale = high == low ? 1.0F : (high - low) / 255.0F;
  const float zero = std::nearbyintf(std::clamp(0.0F - low / scale, 0.0F, 255.0F));
  Array result = call.make(ElementType::u8, src.dims());
  const auto to = result.data<std::uint8_t>();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const float q = std::nearbyintf(src.data<float>()[i] / scale) + zero;
    to[i] = saturating<std::uint8_t>(static_cast<double>(q));
  }
  return {result, Array::of<float>({}, {scale}),
          Array::of<std::uint8_t>({}, {static_cast<std::uint8_t>(zero)})};
}

}  // namespace caloquant::onnx
