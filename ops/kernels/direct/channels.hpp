#pragma once

// The `Channels` kernel for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// `count` positions of row (at[0], at[1]) of a ChannelTile, from at[2] on.
struct ChannelPositions {
  std::int64_t at[3];
  bool inside;  ///< every output of every position lies inside dst
};

/// Rows are summed up in memory, as many as fit, so that each part of the weights is read from the
/// second-level cache once for all of them.
inline constexpr std::int64_t block_positions = 96;
inline constexpr std::int64_t part_entries = 96;

/// The lanes that neighbouring channels make.
template <typename K>
void store_packed(Lane dst, std::uint32_t* lanes, typename K::I channels) {
  switch (dst) {
    case Lane::s16x2:
      return K::template store_low<16>(lanes, channels);
    case Lane::u8x4:
      return K::template store_low<8>(lanes, channels);
    case Lane::f32:
      break;
  }
  K::store(lanes, channels);
}

template <typename K>
void store_channels(const Channels& layer, const ChannelPositions& positions, std::int64_t w,
                    std::int64_t first_channel, typename K::I values) {
  alignas(64) std::uint32_t lanes[K::lanes];
  store_packed<K>(layer.finish.dst, lanes, values);
  const std::int64_t step = channels_in(layer.finish.dst);
  std::uint32_t* dst = layer.dst + positions.at[0] * layer.dst_step[0] +
                       positions.at[1] * layer.dst_step[1] + w * layer.dst_step[2];
  const ChannelStore* store = layer.stores + first_channel / step;
  for (std::int64_t i = 0; i < K::lanes / step; ++i, ++store) {
    if (positions.inside || (positions.at[0] < store->limit[0] &&
                             positions.at[1] < store->limit[1] && w < store->limit[2])) {
      dst[store->offset] = lanes[i];
    }
  }
}

template <typename K>
typename K::A start_of_vector(const std::int32_t* start, std::int64_t channel) {
  if constexpr (!__is_same(typename K::A, typename K::F)) {
    if (start != nullptr) {
      return K::load_i(start + channel);
    }
  }
  return zero_sum<K>();
}

/// sums: [count][vectors] of a tile.
template <typename K>
[[gnu::noinline]] void finish_channels(const Channels& layer, const ChannelTile& tile,
                                       const ChannelPositions& positions, const typename K::A* sums,
                                       std::int64_t count) {
  for (std::int64_t p = 0; p < count; ++p) {
    for (std::int64_t v = 0; v < tile.vectors; ++v) {
      const std::int64_t channel = tile.first_channel + v * K::lanes;
      const typename K::F y =
          value_of<K>(layer.finish, sums[p * tile.vectors + v], ManyChannels<K>{channel});
      store_channels<K>(layer, positions, positions.at[2] + p, channel,
                        layer.finish.dst == Lane::f32 ? float_of<K>(layer.finish, y)
                                                      : integer_of<K>(layer.finish, y));
    }
  }
}

/// The entries of a tile that are worked off together.
struct EntryPart {
  std::int64_t first;
  std::int64_t last;
};

/// Adds a part of the taps to sums [Positions][Vectors] at the cells from `src` on.
template <typename K, int Vectors, int Positions>
void channel_tile(const Channels& layer, const ChannelTile& tile, const EntryPart& part,
                  const std::uint32_t* src, typename K::A* sums_in_memory) {
  Grid<typename K::A, Vectors, Positions> sums;
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) {
#pragma GCC unroll 16
    for (int p = 0; p < Positions; ++p) {
      sums[v][p] = part.first == 0
                       ? start_of_vector<K>(layer.start, tile.first_channel + v * K::lanes)
                       : sums_in_memory[p * Vectors + v];
    }
  }
  const std::uint32_t* weights = tile.weights + part.first * Vectors * K::lanes;
  const std::int64_t step = layer.src_step[2];
  for (std::int64_t e = part.first; e < part.last; ++e) {
    const std::uint32_t* cell = src + tile.offsets[e];
    Line<typename K::X, Vectors> w;
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      w[v] = K::load(weights + v * K::lanes);
    }
#pragma GCC unroll 16
    for (int p = 0; p < Positions; ++p) {
      const typename K::X x = K::spread(cell + p * step);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        sums[v][p] = K::dot(sums[v][p], x, w[v]);
      }
    }
    weights += Vectors * K::lanes;
  }
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) {
#pragma GCC unroll 16
    for (int p = 0; p < Positions; ++p) {
      sums_in_memory[p * Vectors + v] = sums[v][p];
    }
  }
}

/// Positions of a tile that fit the registers beside the weights, one cell, and a product where
/// multiplying and adding are two instructions.
template <typename K, int registers>
constexpr int channel_positions(int vectors) {
  constexpr int temporaries = __is_same(typename K::A, typename K::F) ? 1 : 2;
  int best = 1;
  for (int positions = 2; positions <= 8; ++positions) {
    if (vectors * positions + vectors + temporaries <= registers) {
      best = positions;
    }
  }
  return best;
}

/// Calls channel_tile for `count` <= Positions.
template <typename K, int Vectors, int Positions>
void channels_at(const Channels& layer, const ChannelTile& tile, const EntryPart& part,
                 const std::uint32_t* src, typename K::A* sums, std::int64_t count) {
  if constexpr (Positions > 1) {
    if (count < Positions) {
      channels_at<K, Vectors, Positions - 1>(layer, tile, part, src, sums, count);
      return;
    }
  }
  channel_tile<K, Vectors, Positions>(layer, tile, part, src, sums);
}

/// One part of the taps at the positions [w, w + count) of a row.
template <typename K, int registers, int Vectors>
void channel_row(const Channels& layer, const ChannelTile& tile, const EntryPart& part,
                 const std::uint32_t* src, typename K::A* sums, std::int64_t count) {
  constexpr int most = channel_positions<K, registers>(Vectors);
  const std::int64_t parts = (count + most - 1) / most;
  for (std::int64_t i = 0; i < parts; ++i) {
    const std::int64_t now = (count + parts - i - 1) / (parts - i);
    channels_at<K, Vectors, most>(layer, tile, part, src, sums, now);
    src += now * layer.src_step[2];
    sums += now * Vectors;
    count -= now;
  }
}

/// Rows [h, h + rows) at positions [w, w + count) of plane d.
struct ChannelBlock {
  std::int64_t d;
  std::int64_t h;
  std::int64_t w;
  std::int64_t rows;
  std::int64_t count;
};

template <typename K, int registers, int Vectors>
void channel_block(const Channels& layer, const ChannelTile& tile, const ChannelBlock& block) {
  Line<typename K::A, static_cast<int>(block_positions) * Vectors> sums;
  const std::uint32_t* src = layer.src + block.d * layer.src_step[0] + block.h * layer.src_step[1] +
                             block.w * layer.src_step[2];
  EntryPart part{0, 0};
  do {
    part.last =
        tile.entries - part.first < 2 * part_entries ? tile.entries : part.first + part_entries;
    for (std::int64_t row = 0; row < block.rows; ++row) {
      channel_row<K, registers, Vectors>(layer, tile, part, src + row * layer.src_step[1],
                                         &sums[row * block.count * Vectors], block.count);
    }
    part.first = part.last;
  } while (part.first < tile.entries);
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::int64_t h = block.h + row;
    const bool inside =
        block.d < tile.full[0] && h < tile.full[1] && block.w + block.count <= tile.full[2];
    finish_channels<K>(layer, tile, {{block.d, h, block.w}, inside},
                       &sums[row * block.count * Vectors], block.count);
  }
}

/// Calls channel_block for `vectors` <= Vectors.
template <typename K, int registers, int Vectors>
void channel_vectors(const Channels& layer, const ChannelTile& tile, const ChannelBlock& block) {
  if constexpr (Vectors > 1) {
    if (tile.vectors < Vectors) {
      channel_vectors<K, registers, Vectors - 1>(layer, tile, block);
      return;
    }
  }
  channel_block<K, registers, Vectors>(layer, tile, block);
}

template <typename K, int registers>
void channels_kernel(const Channels& layer, std::int64_t t, std::int64_t d) {
  const ChannelTile& tile = layer.tiles[t];
  if (d >= tile.limit[0]) {
    return;
  }
  const auto least = [](std::int64_t a, std::int64_t b) { return a < b ? a : b; };
  ChannelBlock block{d, 0, 0, 0, 0};
  for (block.w = 0; block.w < tile.limit[2]; block.w += block.count) {
    block.count = least(tile.limit[2] - block.w, block_positions);
    const std::int64_t rows = block_positions / block.count;
    for (block.h = 0; block.h < tile.limit[1]; block.h += rows) {
      block.rows = least(rows, tile.limit[1] - block.h);
      channel_vectors<K, registers, 3>(layer, tile, block);
    }
  }
}

}  // namespace
}  // namespace caloquant::direct
