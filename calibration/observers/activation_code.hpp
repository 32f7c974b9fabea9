#pragma once

#include <caloquant/qparams.hpp>
#include <caloquant/range.hpp>
#include <functional>

namespace caloquant {

/// The integer code that a layer would give to a src with this range. Observers that measure the
/// error of a code ask it; the quantizer says which type a layer has.
using ActivationCode = std::function<QuantParams(const Range& range)>;

/// s8 when the range is so symmetric that s8 loses less than 1 % of resolution (it needs no zero
/// point), else u8 with the zero point that the range asks for (0 for a range >= 0).
[[nodiscard]] QuantParams measured_code(const Range& range);

}  // namespace caloquant
