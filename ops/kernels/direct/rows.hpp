#pragma once

// The `Rows` kernel for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/row_stretch.hpp"

namespace caloquant::direct {
namespace {

template <typename K>
typename K::A start_of(const std::int32_t* start, std::int64_t channel) {
  if constexpr (!__is_same(typename K::A, typename K::F)) {
    if (start != nullptr) {
      return K::broadcast(start[channel]);
    }
  }
  return zero_sum<K>();
}

/// Where the vectors of a tile begin, from its first cell on. Neighbours are told apart from rows:
/// an offset that the compiler knows costs no register.
template <typename K, int Vectors>
struct Neighbours {
  Neighbours(const Rows& /*layer*/, const RowStretch& /*stretch*/, std::int64_t first)
      : first_(first * K::lanes) {}
  [[nodiscard]] std::int64_t first() const { return first_; }
  [[nodiscard]] static std::int64_t at(int v) { return v * K::lanes; }

 private:
  std::int64_t first_;
};
template <typename K, int Vectors>
struct InRows {
  InRows(const Rows& layer, const RowStretch& stretch, std::int64_t first) : at_{} {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      at_[v] = (first + v) / stretch.row_vectors * layer.src_step_h +
               (first + v) % stretch.row_vectors * K::lanes;
    }
  }
  [[nodiscard]] static std::int64_t first() {
    return 0;
  }
  [[nodiscard]] std::int64_t at(int v) const {
    return at_[v];
  }

 private:
  Line<std::int64_t, Vectors> at_;
};

/// Adds one tap: cells at `src` times `Channels` weights. Holds the fewer of both in registers.
template <typename K, int Channels, int Vectors, typename Places>
[[gnu::always_inline]] inline void add_tap(Grid<typename K::A, Channels, Vectors>& sums,
                                           const std::uint32_t* src, const Places& places,
                                           const std::uint32_t* weights) {
  if constexpr (Channels <= Vectors) {
    Line<typename K::X, Channels> w;
#pragma GCC unroll 8
    for (int c = 0; c < Channels; ++c) {
      w[c] = K::spread(weights + c);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      const typename K::X x = K::load(src + places.at(v));
#pragma GCC unroll 8
      for (int c = 0; c < Channels; ++c) {
        sums[c][v] = K::dot(sums[c][v], x, w[c]);
      }
    }
  } else {
    Line<typename K::X, Vectors> x;
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      x[v] = K::load(src + places.at(v));
    }
#pragma GCC unroll 8
    for (int c = 0; c < Channels; ++c) {
      const typename K::X w = K::spread(weights + c);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        sums[c][v] = K::dot(sums[c][v], x[v], w);
      }
    }
  }
}

/// Adds the runs of the stretch to sums [Vectors][Channels] of its vectors from `first` on.
template <typename K, int Channels, int Vectors, template <typename, int> typename Places>
void row_tile(const Rows& layer, const RowStretch& stretch, std::int64_t first,
              typename K::A* sums_in_memory) {
  const Places<K, Vectors> places(layer, stretch, first);
  Grid<typename K::A, Channels, Vectors> sums;
#pragma GCC unroll 8
  for (int c = 0; c < Channels; ++c) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      sums[c][v] = stretch.first_run == 0 ? start_of<K>(layer.start, stretch.channel + c)
                                          : sums_in_memory[v * Channels + c];
    }
  }
  const std::uint32_t* const cells = stretch.src + places.first();
  const std::uint32_t* weights = stretch.weights + stretch.first_run * layer.run * Channels;
  for (std::int64_t r = stretch.first_run; r < stretch.last_run; ++r) {
    const std::uint32_t* src = cells + layer.taps[r];
    for (std::int64_t k = 0; k < layer.run; ++k) {
      add_tap<K, Channels, Vectors>(sums, src, places, weights);
      weights += Channels;
      src += layer.run_step;
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < Channels; ++c) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      sums_in_memory[v * Channels + c] = sums[c][v];
    }
  }
}

/// Vectors of a tile of `channels` that fit the registers beside what they are made of.
template <int registers>
constexpr int row_vectors(int channels) {
  int best = 1;
  for (int vectors = 2; vectors <= 8; ++vectors) {
    const int held = channels < vectors ? channels : vectors;
    if (channels * vectors + held + 2 <= registers) {
      best = vectors;
    }
  }
  return best;
}

/// Calls row_tile for `vectors` <= Vectors.
template <typename K, int Channels, int Vectors>
void row_of_vectors(const Rows& layer, const RowStretch& stretch, std::int64_t first,
                    typename K::A* sums, std::int64_t vectors) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) {
      row_of_vectors<K, Channels, Vectors - 1>(layer, stretch, first, sums, vectors);
      return;
    }
  }
  if (stretch.row_vectors == stretch.vectors) {
    row_tile<K, Channels, Vectors, Neighbours>(layer, stretch, first, sums);
  } else {
    row_tile<K, Channels, Vectors, InRows>(layer, stretch, first, sums);
  }
}

/// The channels of one tile at the outputs of a stretch.
template <typename K, int registers, int Channels>
void row_stretch(const Rows& layer, RowStretch stretch) {
  constexpr int most = row_vectors<registers>(Channels);
  Grid<typename K::A, stretch_vectors, Channels> sums;
  const std::int64_t parts = (stretch.vectors + most - 1) / most;
  for (stretch.first_run = 0; stretch.first_run < layer.runs; stretch.first_run += layer.part) {
    const std::int64_t end = stretch.first_run + layer.part;
    stretch.last_run = end < layer.runs ? end : layer.runs;
    std::int64_t v = 0;
    for (std::int64_t part = 0; part < parts; ++part) {
      const std::int64_t now = (stretch.vectors - v + parts - part - 1) / (parts - part);
      row_of_vectors<K, Channels, most>(layer, stretch, v, sums[v], now);
      v += now;
    }
  }
  finish_stretch<K>(layer, stretch, sums[0], Channels);
}

/// Calls row_stretch for `channels` <= Channels.
template <typename K, int registers, int Channels>
void row_of_channels(const Rows& layer, const RowStretch& stretch, std::int32_t channels) {
  if constexpr (Channels > 1) {
    if (channels < Channels) {
      row_of_channels<K, registers, Channels - 1>(layer, stretch, channels);
      return;
    }
  }
  row_stretch<K, registers, Channels>(layer, stretch);
}

/// All channels at the outputs of a stretch. registers: vector registers of the instruction set.
template <typename K, int registers, int most_channels>
void row_of_tiles(const Rows& layer, RowStretch stretch) {
  stretch.weights = layer.weights;
  for (std::int64_t t = 0; t < layer.tile_count; ++t) {
    row_of_channels<K, registers, most_channels>(layer, stretch, layer.tiles[t]);
    stretch.channel += layer.tiles[t];
    stretch.weights += layer.tiles[t] * layer.runs * layer.run;
  }
}

/// A stretch of `rows` rows from an output on, each `columns` wide.
template <typename K>
RowStretch stretch_of(std::int64_t rows, std::int64_t columns) {
  RowStretch stretch{};
  stretch.columns = columns < stretch_vectors * K::lanes ? columns : stretch_vectors * K::lanes;
  stretch.row_vectors = (stretch.columns + K::lanes - 1) / K::lanes;
  stretch.vectors = rows * stretch.row_vectors;
  return stretch;
}

/// layer.rows_at_once rows, or as many as there are; parts of one where it is wider than a stretch.
template <typename K, int registers, int most_channels>
void rows_kernel(const Rows& layer, std::int64_t d, std::int64_t h) {
  const std::int64_t left = layer.height - h;
  const std::int64_t rows = left < layer.rows_at_once ? left : layer.rows_at_once;
  for (std::int64_t w = 0; w < layer.width; w += stretch_vectors * K::lanes) {
    RowStretch stretch = stretch_of<K>(rows, layer.width - w);
    stretch.src = layer.src + d * layer.src_step_d + h * layer.src_step_h + w;
    stretch.dst = layer.dst + d * layer.dst_step_d + h * layer.dst_step_h + w;
    row_of_tiles<K, registers, most_channels>(layer, stretch);
  }
}

template <typename K, int registers, int most_channels>
void planes_kernel(const Rows& layer, std::int64_t d, std::int64_t first) {
  RowStretch stretch = stretch_of<K>(1, layer.positions - first);
  stretch.src = layer.src + d * layer.src_step_d + first;
  stretch.dst = layer.dst + d * layer.dst_step_d;
  stretch.position = first;
  row_of_tiles<K, registers, most_channels>(layer, stretch);
}

}  // namespace
}  // namespace caloquant::direct
