#pragma once

// The `Rows` kernel for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// One tile of a row: `Channels` output channels from `channel` at `Vectors` vectors of positions.
struct RowTile {
  const std::uint32_t* src;
  std::uint32_t* dst;
  const std::uint32_t* weights;
  std::int64_t channel;
  std::int64_t columns;  ///< outputs from here to the end of the row
};

template <typename K>
void store_lanes(std::uint32_t* dst, typename K::I lanes, std::int64_t columns) {
  if (columns >= K::lanes) {
    K::store(dst, lanes);
  } else {
    K::store_part(dst, lanes, columns);
  }
}

/// Packs the channels of one vector of positions into lanes and stores them. sums: [channels][
/// vectors] of the tile.
template <typename K>
void finish_vector(const Rows& layer, const RowTile& tile, const typename K::A* sums, int channels,
                   int vectors, int vector) {
  const Finish& finish = layer.finish;
  const std::int64_t columns = tile.columns - vector * K::lanes;
  const auto value = [&](int c) {
    return value_of<K>(finish, sums[c * vectors + vector], OneChannel<K>{tile.channel + c});
  };
  const auto integer = [&](int c) {
    return c < channels ? integer_of<K>(finish, value(c)) : K::zero_i();
  };
  const auto place = [&](std::int64_t group) {
    return tile.dst + group * layer.dst_group + vector * K::lanes;
  };
  switch (finish.dst) {
    case Lane::f32:
      for (int c = 0; c < channels; ++c) {
        store_lanes<K>(place(tile.channel + c), K::bits(value(c)), columns);
      }
      break;
    case Lane::s16x2:
      for (int c = 0; c < channels; c += 2) {
        store_lanes<K>(place((tile.channel + c) / 2),
                       K::either(K::low_half(integer(c)), K::template up<16>(integer(c + 1))),
                       columns);
      }
      break;
    case Lane::u8x4:
      for (int c = 0; c < channels; c += 4) {
        const typename K::I low = K::either(integer(c), K::template up<8>(integer(c + 1)));
        const typename K::I high =
            K::either(K::template up<16>(integer(c + 2)), K::template up<24>(integer(c + 3)));
        store_lanes<K>(place((tile.channel + c) / 4), K::either(low, high), columns);
      }
      break;
  }
}

/// Out of line: it is the same for every shape of tile, and its time is small beside the sums'.
template <typename K>
[[gnu::noinline]] void finish_tile(const Rows& layer, const RowTile& tile,
                                   const typename K::A* sums, int channels, int vectors) {
  for (int v = 0; v < vectors && tile.columns > v * K::lanes; ++v) {
    finish_vector<K>(layer, tile, sums, channels, vectors, v);
  }
}

template <typename K>
typename K::A start_of(const std::int32_t* start, std::int64_t channel) {
  if constexpr (__is_same(typename K::A, typename K::F)) {
    return K::zero_f();
  } else {
    return start == nullptr ? K::zero_i() : K::broadcast(start[channel]);
  }
}

template <typename K, int Channels, int Vectors>
void row_tile(const Rows& layer, const RowTile& tile) {
  Grid<typename K::A, Channels, Vectors> sums;
#pragma GCC unroll 8
  for (int c = 0; c < Channels; ++c) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      sums[c][v] = start_of<K>(layer.start, tile.channel + c);
    }
  }
  const std::uint32_t* weights = tile.weights;
  for (std::int64_t r = 0; r < layer.runs; ++r) {
    const std::uint32_t* src = tile.src + layer.taps[r];
    for (std::int64_t k = 0; k < layer.run; ++k) {
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
      weights += Channels;
      src += layer.run_step;
    }
  }
  finish_tile<K>(layer, tile, &sums[0][0], Channels, Vectors);
}

template <typename K>
using RowTileFunction = void (*)(const Rows&, const RowTile&);

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
void row_of_vectors(const Rows& layer, const RowTile& tile, std::int64_t vectors) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) {
      row_of_vectors<K, Channels, Vectors - 1>(layer, tile, vectors);
      return;
    }
  }
  row_tile<K, Channels, Vectors>(layer, tile);
}

template <typename K, int registers, int Channels>
void row_of_tiles(const Rows& layer, RowTile tile) {
  constexpr int most = row_vectors<registers>(Channels);
  while (tile.columns > 0) {
    const std::int64_t vectors = (tile.columns + K::lanes - 1) / K::lanes;
    const std::int64_t parts = (vectors + most - 1) / most;
    const std::int64_t now = (vectors + parts - 1) / parts;
    row_of_vectors<K, Channels, most>(layer, tile, now);
    tile.src += now * K::lanes;
    tile.dst += now * K::lanes;
    tile.columns -= now * K::lanes;
  }
}

/// Calls row_of_tiles for `channels` <= Channels.
template <typename K, int registers, int Channels>
void row_of_channels(const Rows& layer, const RowTile& tile, std::int32_t channels) {
  if constexpr (Channels > 1) {
    if (channels < Channels) {
      row_of_channels<K, registers, Channels - 1>(layer, tile, channels);
      return;
    }
  }
  row_of_tiles<K, registers, Channels>(layer, tile);
}

/// registers: vector registers of the instruction set.
template <typename K, int registers, int most_channels>
void rows_kernel(const Rows& layer, std::int64_t d, std::int64_t h) {
  RowTile tile{layer.src + d * layer.src_step_d + h * layer.src_step_h,
               layer.dst + d * layer.dst_step_d + h * layer.dst_step_h, layer.weights, 0,
               layer.width};
  for (std::int64_t t = 0; t < layer.tile_count; ++t) {
    row_of_channels<K, registers, most_channels>(layer, tile, layer.tiles[t]);
    tile.channel += layer.tiles[t];
    tile.weights += layer.tiles[t] * layer.runs * layer.run;
  }
}

}  // namespace
}  // namespace caloquant::direct
