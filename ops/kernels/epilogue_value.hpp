#pragma once

#include <cstddef>
#include <cstdint>

#include "ops/core/overloaded.hpp"
#include "ops/core/qmath.hpp"
#include "ops/kernels/eltwise.hpp"
#include "ops/schema/epilogue.hpp"

namespace caloquant {

/// One value of channel `c` behind its bias, through an epilogue; with epilogue.dst in steps of it,
/// zero point included.
[[nodiscard]] inline float epilogue_value(const Epilogue& epilogue, float y, std::size_t c) {
  for (const EpilogueOp& op : epilogue.ops) {
    y = std::visit(
        Overloaded{[&](const Eltwise& eltwise) { return eltwise_value(eltwise, y); },
                   [&](const ChannelAffine& affine) { return affine.mul[c] * y + affine.add[c]; }},
        op);
  }
  if (epilogue.dst) {
    y = y * (1.0F / epilogue.dst->scale) + static_cast<float>(epilogue.dst->zero_point);
  }
  return y;
}

/// Stores what epilogue_value() gave as f32 or, with epilogue.dst, as its one-byte integer.
inline void store_epilogue(const Epilogue& epilogue, float value, std::size_t index, void* dst) {
  if (!epilogue.dst) {
    static_cast<float*>(dst)[index] = value;
  } else {
    static_cast<std::uint8_t*>(dst)[index] =
        static_cast<std::uint8_t>(round_saturate(value, range_of(*epilogue.dst)));
  }
}

}  // namespace caloquant
