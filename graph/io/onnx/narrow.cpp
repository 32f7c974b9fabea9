#include "graph/io/onnx/narrow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace caloquant::onnx {
namespace {

/// Bits of an 8-bit float: sign, exponent, mantissa.
struct Float8 {
  int mantissa_bits = 3;
  int bias = 7;
  double largest = 448.0;
  std::uint8_t nan = 0x7f;
  bool has_infinity = false;
  bool unsigned_zero = false;  ///< FNUZ: the pattern of -0 is NaN
};

Float8 format_of(ElementType type) {
  if (type == ElementType::f8e4m3fnuz) {
    return {3, 8, 240.0, 0x80, false, true};
  }
  if (type == ElementType::f8e5m2) {
    return {2, 15, 57344.0, 0x7f, true, false};
  }
  if (type == ElementType::f8e5m2fnuz) {
    return {2, 16, 57344.0, 0x80, false, true};
  }
  return {};  // f8e4m3fn
}

double decode_float8(const Float8& format, std::uint8_t byte) {
  const int exponent = (byte & 0x7f) >> format.mantissa_bits;
  const int mantissa = byte & ((1 << format.mantissa_bits) - 1);
  if (format.unsigned_zero ? byte == format.nan : (byte & 0x7f) == format.nan) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double magnitude = 0.0;
  if (format.has_infinity && exponent == 0x1f) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(mantissa, 1 - format.bias - format.mantissa_bits);
  } else {
    magnitude = std::ldexp(mantissa + (1 << format.mantissa_bits),
                           exponent - format.bias - format.mantissa_bits);
  }
  return (byte & 0x80) != 0 ? -magnitude : magnitude;
}

std::uint8_t encode_float8(const Float8& format, double value, bool saturate) {
  const std::uint8_t sign = std::signbit(value) ? 0x80 : 0;
  if (std::isnan(value)) {
    return format.unsigned_zero ? format.nan : static_cast<std::uint8_t>(sign | format.nan);
  }
  int exponent = 0;
  std::frexp(value, &exponent);
  const int step = std::max(exponent - 1, 1 - format.bias) - format.mantissa_bits;
  const bool infinite = std::isinf(value);
  auto steps = infinite ? 0 : static_cast<int>(std::nearbyint(std::ldexp(std::fabs(value), -step)));
  if (infinite || std::ldexp(steps, step) > format.largest) {
    if (!saturate) {
      const std::uint8_t infinity = 0x7c;
      return format.has_infinity    ? static_cast<std::uint8_t>(sign | infinity)
             : format.unsigned_zero ? format.nan
                                    : static_cast<std::uint8_t>(sign | format.nan);
    }
    return encode_float8(format, std::copysign(format.largest, value), saturate);
  }
  if (steps == 0) {
    return format.unsigned_zero ? std::uint8_t{0} : sign;
  }
  // Counting steps from the exponent field up, a carry into the next binade comes out right.
  const int binade = step + format.mantissa_bits + format.bias - 1;
  return static_cast<std::uint8_t>(sign | ((binade << format.mantissa_bits) + steps));
}

}  // namespace

bool is_float8(ElementType type) {
  return type == ElementType::f8e4m3fn || type == ElementType::f8e4m3fnuz ||
         type == ElementType::f8e5m2 || type == ElementType::f8e5m2fnuz;
}

bool is_int4(ElementType type) {
  return type == ElementType::u4 || type == ElementType::s4;
}

double decode_narrow(ElementType type, std::uint8_t byte) {
  if (type == ElementType::u4) {
    return byte;
  }
  return type == ElementType::s4 ? static_cast<std::int8_t>(byte)
                                 : decode_float8(format_of(type), byte);
}

std::uint8_t encode_narrow(ElementType type, double value, bool saturate) {
  if (is_float8(type)) {
    return encode_float8(format_of(type), value, saturate);
  }
  const double low = type == ElementType::s4 ? -8.0 : 0.0;
  const double rounded = std::isnan(value) ? 0.0 : std::nearbyint(value);
  const auto number = static_cast<std::int8_t>(std::clamp(rounded, low, low + 15.0));
  return static_cast<std::uint8_t>(number);
}

}  // namespace caloquant::onnx
