#pragma once

// The `Rows` kernel for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// A stretch of a row that is summed up in memory, so that taps can be worked off in parts whose
/// weights and cells stay in the first-level cache.
struct RowStretch {
  const std::uint32_t* src;
  std::uint32_t* dst;
  const std::uint32_t* weights;
  std::int64_t channel;  ///< first channel of the tile
  std::int64_t columns;  ///< outputs of the stretch
  std::int64_t first_run;
  std::int64_t last_run;
};

inline constexpr int stretch_vectors = 8;

template <typename K>
void store_lanes(std::uint32_t* dst, typename K::I lanes, std::int64_t columns) {
  if (columns >= K::lanes) {
    K::store(dst, lanes);
  } else {
    K::store_part(dst, lanes, columns);
  }
}

/// Packs the channels of one vector of positions into lanes and stores them.
template <typename K>
void finish_vector(const Rows& layer, const RowStretch& stretch, const typename K::A* sums,
                   int channels, int vector) {
  const Finish& finish = layer.finish;
  const std::int64_t columns = stretch.columns - vector * K::lanes;
  const auto value = [&](int c) {
    return value_of<K>(finish, sums[vector * channels + c], OneChannel<K>{stretch.channel + c});
  };
  const auto integer = [&](int c) {
    return c < channels ? integer_of<K>(finish, value(c)) : K::zero_i();
  };
  const auto place = [&](std::int64_t group) {
    return stretch.dst + group * layer.dst_group + vector * K::lanes;
  };
  switch (finish.dst) {
    case Lane::f32:
      for (int c = 0; c < channels; ++c) {
        store_lanes<K>(place(stretch.channel + c), float_of<K>(finish, value(c)), columns);
      }
      break;
    case Lane::s16x2:
      for (int c = 0; c < channels; c += 2) {
        store_lanes<K>(place((stretch.channel + c) / 2),
                       K::either(K::low_half(integer(c)), K::template up<16>(integer(c + 1))),
                       columns);
      }
      break;
    case Lane::u8x4:
      for (int c = 0; c < channels; c += 4) {
        const typename K::I low = K::either(integer(c), K::template up<8>(integer(c + 1)));
        const typename K::I high =
            K::either(K::template up<16>(integer(c + 2)), K::template up<24>(integer(c + 3)));
        store_lanes<K>(place((stretch.channel + c) / 4), K::either(low, high), columns);
      }
      break;
  }
}

/// Out of line: it is the same for every shape of tile, and its time is small beside the sums'.
template <typename K>
[[gnu::noinline]] void finish_stretch(const Rows& layer, const RowStretch& stretch,
                                      const typename K::A* sums, int channels) {
  for (int v = 0; stretch.columns > v * K::lanes; ++v) {
    finish_vector<K>(layer, stretch, sums, channels, v);
  }
}

template <typename K>
typename K::A start_of(const std::int32_t* start, std::int64_t channel) {
  if constexpr (!__is_same(typename K::A, typename K::F)) {
    if (start != nullptr) {
      return K::broadcast(start[channel]);
    }
  }
  return zero_sum<K>();
}

/// Adds one tap: cells at `src` times `Channels` weights. Holds the fewer of both in registers.
template <typename K, int Channels, int Vectors>
[[gnu::always_inline]] inline void add_tap(Grid<typename K::A, Channels, Vectors>& sums,
                                           const std::uint32_t* src, const std::uint32_t* weights) {
  if constexpr (Channels <= Vectors) {
    Line<typename K::X, Channels> w;
#pragma GCC unroll 8
    for (int c = 0; c < Channels; ++c) {
      w[c] = K::spread(weights + c);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      const typename K::X x = K::load(src + v * K::lanes);
#pragma GCC unroll 8
      for (int c = 0; c < Channels; ++c) {
        sums[c][v] = K::dot(sums[c][v], x, w[c]);
      }
    }
  } else {
    Line<typename K::X, Vectors> x;
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      x[v] = K::load(src + v * K::lanes);
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

/// Adds the runs of the stretch to sums [Vectors][Channels] at `cells`.
template <typename K, int Channels, int Vectors>
void row_tile(const Rows& layer, const RowStretch& stretch, const std::uint32_t* cells,
              typename K::A* sums_in_memory) {
  Grid<typename K::A, Channels, Vectors> sums;
#pragma GCC unroll 8
  for (int c = 0; c < Channels; ++c) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      sums[c][v] = stretch.first_run == 0 ? start_of<K>(layer.start, stretch.channel + c)
                                          : sums_in_memory[v * Channels + c];
    }
  }
  const std::uint32_t* weights = stretch.weights + stretch.first_run * layer.run * Channels;
  for (std::int64_t r = stretch.first_run; r < stretch.last_run; ++r) {
    const std::uint32_t* src = cells + layer.taps[r];
    for (std::int64_t k = 0; k < layer.run; ++k) {
      add_tap<K, Channels, Vectors>(sums, src, weights);
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
void row_of_vectors(const Rows& layer, const RowStretch& stretch, const std::uint32_t* cells,
                    typename K::A* sums, std::int64_t vectors) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) {
      row_of_vectors<K, Channels, Vectors - 1>(layer, stretch, cells, sums, vectors);
      return;
    }
  }
  row_tile<K, Channels, Vectors>(layer, stretch, cells, sums);
}

/// The channels of one tile at the outputs of a stretch.
template <typename K, int registers, int Channels>
void row_stretch(const Rows& layer, RowStretch stretch) {
  constexpr int most = row_vectors<registers>(Channels);
  Grid<typename K::A, stretch_vectors, Channels> sums;
  const std::int64_t vectors = (stretch.columns + K::lanes - 1) / K::lanes;
  const std::int64_t parts = (vectors + most - 1) / most;
  for (stretch.first_run = 0; stretch.first_run < layer.runs; stretch.first_run += layer.part) {
    const std::int64_t end = stretch.first_run + layer.part;
    stretch.last_run = end < layer.runs ? end : layer.runs;
    std::int64_t v = 0;
    for (std::int64_t part = 0; part < parts; ++part) {
      const std::int64_t now = (vectors - v + parts - part - 1) / (parts - part);
      row_of_vectors<K, Channels, most>(layer, stretch, stretch.src + v * K::lanes, sums[v], now);
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

/// registers: vector registers of the instruction set.
template <typename K, int registers, int most_channels>
void rows_kernel(const Rows& layer, std::int64_t d, std::int64_t h) {
  RowStretch stretch{nullptr, nullptr, layer.weights, 0, 0, 0, 0};
  for (std::int64_t t = 0; t < layer.tile_count; ++t) {
    for (std::int64_t w = 0; w < layer.width; w += stretch_vectors * K::lanes) {
      stretch.src = layer.src + d * layer.src_step_d + h * layer.src_step_h + w;
      stretch.dst = layer.dst + d * layer.dst_step_d + h * layer.dst_step_h + w;
      stretch.columns = layer.width - w < stretch_vectors * K::lanes ? layer.width - w
                                                                     : stretch_vectors * K::lanes;
      row_of_channels<K, registers, most_channels>(layer, stretch, layer.tiles[t]);
    }
    stretch.channel += layer.tiles[t];
    stretch.weights += layer.tiles[t] * layer.runs * layer.run;
  }
}

}  // namespace
}  // namespace caloquant::direct
