#include "calibration/observers/activation_code.hpp"

#include "ops/core/qmath.hpp"

namespace caloquant {

QuantParams measured_code(const Range& range) {
  const QuantParams symmetric = symmetric_s8(range.low, range.high);
  const QuantParams asymmetric = asymmetric_u8(range.low, range.high);
  constexpr float negligible = 1.01F;
  return range.low < 0.0F && symmetric.scale <= negligible * asymmetric.scale ? symmetric
                                                                              : asymmetric;
}

}  // namespace caloquant
