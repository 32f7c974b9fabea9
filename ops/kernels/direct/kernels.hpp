#pragma once

#include "ops/cpu/isa.hpp"
#include "ops/kernels/direct/tiles.hpp"

namespace caloquant::direct {

// One translation unit each, compiled for its instruction set. `lane` is the kind of src lane.
// Kernels without functions: not compiled for this target, or no such kind.
[[nodiscard]] Kernels portable_kernels(Lane lane);
[[nodiscard]] Kernels avx2_kernels(Lane lane);
[[nodiscard]] Kernels avx512_kernels(Lane lane);
[[nodiscard]] Kernels avx_vnni_kernels(Lane lane);
[[nodiscard]] Kernels avx512_vnni_kernels(Lane lane);

[[nodiscard]] Kernels kernels_of(Isa isa, Lane lane);

/// The lane of 8-bit tensors: u8x4 with VNNI, s16x2 without (products of bytes summed in pairs
/// would saturate at 16 bits there).
[[nodiscard]] constexpr Lane int8_lane(Isa isa) {
  return isa == Isa::avx_vnni || isa == Isa::avx512_vnni ? Lane::u8x4 : Lane::s16x2;
}

/// Multiply-adds per second [MAC/s] that `threads` threads reach in registers alone.
[[nodiscard]] double measured_peak(Isa isa, Lane lane, int threads);

}  // namespace caloquant::direct
