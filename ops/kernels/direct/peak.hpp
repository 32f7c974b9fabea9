#pragma once

// Arithmetic in registers only: what the instruction set gives at best. Included by
// kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// Every round multiplies each of `Cells` vectors by each of `Weights` into a sum of its own:
/// enough independent chains to hide the latency, few enough for the registers. `operands` holds
/// Cells + Weights vectors. Returns a mix of the results, so that nothing is optimised away.
template <typename K, int Cells, int Weights>
std::uint32_t peak_kernel(std::int64_t rounds, const std::uint32_t* operands) {
  Grid<typename K::A, Cells, Weights> sums;
#pragma GCC unroll 8
  for (int i = 0; i < Cells; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Weights; ++j) {
      sums[i][j] = zero_sum<K>();
    }
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
    asm volatile("" : : : "memory");  // operands may have changed: products are not computed once
    Line<typename K::X, Weights> w;
#pragma GCC unroll 8
    for (int j = 0; j < Weights; ++j) {
      w[j] = K::load(operands + (Cells + j) * K::lanes);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Cells; ++i) {
      const typename K::X x = K::load(operands + i * K::lanes);
#pragma GCC unroll 8
      for (int j = 0; j < Weights; ++j) {
        sums[i][j] = K::dot(sums[i][j], x, w[j]);
      }
    }
  }
  alignas(64) std::uint32_t lanes[K::lanes];
  std::uint32_t all = 0;
#pragma GCC unroll 8
  for (int i = 0; i < Cells; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Weights; ++j) {
      if constexpr (__is_same(typename K::A, typename K::F)) {
        K::store(lanes, K::bits(sums[i][j]));
      } else {
        K::store(lanes, sums[i][j]);
      }
      all ^= lanes[0];
    }
  }
  return all;
}

}  // namespace
}  // namespace caloquant::direct
