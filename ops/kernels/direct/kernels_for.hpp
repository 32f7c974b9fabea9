#pragma once

// The table of kernels for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/channels.hpp"
#include "ops/kernels/direct/join.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/kernels/direct/matrix.hpp"
#include "ops/kernels/direct/peak.hpp"
#include "ops/kernels/direct/rows.hpp"

namespace caloquant::direct {
namespace {

/// What fits the vector registers of a set.
struct Registers {
  int count;         ///< vector registers
  int row_channels;  ///< most output channels of a tile of rows
  int peak_cells;    ///< of peak_kernel: peak_cells * peak_weights sums beside their operands
  int peak_weights;
};
inline constexpr Registers eight_registers{8, 4, 2, 2};
inline constexpr Registers sixteen_registers{16, 6, 3, 3};
inline constexpr Registers thirty_two_registers{32, 8, 5, 4};

template <typename K, const Registers& registers>
Kernels kernels_for() {
  Kernels kernels;
  kernels.lanes = K::lanes;
  kernels.rows_channels = registers.row_channels;
  kernels.channels_vectors = 3;
  kernels.rows = rows_kernel<K, registers.count, registers.row_channels>;
  kernels.planes = planes_kernel<K, registers.count, registers.row_channels>;
  kernels.stretch_vectors = stretch_vectors;
  kernels.join = join_kernel<K>;
  kernels.channels = channels_kernel<K, registers.count>;
  kernels.peak = peak_kernel<K, registers.peak_cells, registers.peak_weights>;
  kernels.peak_sums = std::int64_t{registers.peak_cells} * registers.peak_weights;
  if constexpr (__is_same(typename K::A, typename K::F)) {
    constexpr int vectors = registers.count / 8;
    kernels.dense_width = vectors * K::lanes;
    kernels.dense = dense_kernel<K, vectors>;
    kernels.gram_width = vectors * K::lanes / 2;
    kernels.gram = gram_kernel<K::lanes * 4, vectors>;
  }
  return kernels;
}

}  // namespace
}  // namespace caloquant::direct
