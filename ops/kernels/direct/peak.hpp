#pragma once

// Arithmetic in registers only: what the instruction set gives at best. Included by
// kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// Every round multiplies each of `Cells` vectors by each of `Weights` into a sum of its own:
/// enough independent chains to hide the latency, few enough for the registers. Returns a mix of
/// the results, so that nothing is optimised away.
template <typename K, int Cells, int Weights>
std::uint32_t peak_kernel(std::int64_t rounds, const std::uint32_t* operand) {
  Grid<typename K::A, Cells, Weights> sums;
  Line<typename K::X, Cells> x;
  Line<typename K::X, Weights> w;
  for (int i = 0; i < Cells; ++i) {
    x[i] = K::spread(operand);
    for (int j = 0; j < Weights; ++j) {
      w[j] = K::spread(operand);
      if constexpr (__is_same(typename K::A, typename K::F)) {
        sums[i][j] = K::zero_f();
      } else {
        sums[i][j] = K::zero_i();
      }
    }
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 8
    for (int i = 0; i < Cells; ++i) {
      K::opaque(x[i]);  // or all products would be computed once
#pragma GCC unroll 8
      for (int j = 0; j < Weights; ++j) {
        sums[i][j] = K::dot(sums[i][j], x[i], w[j]);
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < Weights; ++j) {
      K::opaque(w[j]);
    }
  }
  alignas(64) std::uint32_t lanes[K::lanes];
  std::uint32_t all = 0;
  for (int i = 0; i < Cells * Weights; ++i) {
    if constexpr (__is_same(typename K::A, typename K::F)) {
      K::store(lanes, K::bits(sums[i / Weights][i % Weights]));
    } else {
      K::store(lanes, sums[i / Weights][i % Weights]);
    }
    all ^= lanes[0];
  }
  return all;
}

}  // namespace
}  // namespace caloquant::direct
