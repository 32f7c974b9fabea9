#pragma once

// Products of matrices whose sums have one order: that of the inputs. Included by
// kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

template <typename K, int Rows, int Vectors>
void dense_tile(const DenseTile& tile) {
  Grid<typename K::A, Rows, Vectors> sums;
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      sums[r][v] = zero_sum<K>();
    }
  }
  const float* weights = tile.weights;
  for (std::int64_t i = 0; i < tile.inputs; ++i, weights += Vectors * K::lanes) {
    Line<typename K::X, Vectors> w;
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      w[v] = K::load(weights + v * K::lanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const typename K::X x = K::spread(tile.src + r * tile.src_step + i);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        sums[r][v] = K::dot(sums[r][v], x, w[v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      void* const into = tile.sums + (r * Vectors + v) * K::lanes;
      K::store(static_cast<std::uint32_t*>(into), K::bits(sums[r][v]));
    }
  }
}

template <typename K, int Vectors>
void dense_kernel(const DenseTile& tile) {
  switch (tile.rows) {
    case 1:
      return dense_tile<K, 1, Vectors>(tile);
    case 2:
      return dense_tile<K, 2, Vectors>(tile);
    case 3:
      return dense_tile<K, 3, Vectors>(tile);
    default:
      return dense_tile<K, static_cast<int>(dense_rows), Vectors>(tile);
  }
}

/// Vectors of `Bytes` bytes in the compiler's own arithmetic.
template <int Bytes, int Vectors>
void gram_kernel(const GramTile& tile) {
  // NOLINTNEXTLINE(modernize-use-using): g++ 12 drops the attributes of a dependent alias
  typedef double V __attribute__((vector_size(static_cast<std::size_t>(Bytes))));
  constexpr std::int64_t lanes = Bytes / 8;
  constexpr int rows = static_cast<int>(gram_rows);
  V sums[static_cast<std::size_t>(rows)][static_cast<std::size_t>(Vectors)];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      __builtin_memcpy(&sums[r][v], tile.sums + r * tile.step + v * lanes, sizeof(V));
    }
  }
  const double* values = tile.values;
  for (std::int64_t i = 0; i < tile.count; ++i, values += tile.step) {
    V w[static_cast<std::size_t>(Vectors)];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      __builtin_memcpy(&w[v], values + tile.column + v * lanes, sizeof(V));
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const double x = values[tile.row + r];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        sums[r][v] += x * w[v];
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      __builtin_memcpy(tile.sums + r * tile.step + v * lanes, &sums[r][v], sizeof(V));
    }
  }
}

}  // namespace
}  // namespace caloquant::direct
