#pragma once

// The `Channels` kernel for vectors K. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// Positions [at[2], at[2] + Positions) of row (at[0], at[1]) of one ChannelTile.
struct ChannelPositions {
  std::int64_t at[3];
  bool inside;  ///< every output of every position lies inside dst
};

/// The lane that channels_in(dst) neighbouring channels make.
inline std::uint32_t packed_lane(Lane dst, const std::int32_t* channels) {
  const auto bits = [&](int c) { return static_cast<std::uint32_t>(channels[c]); };
  switch (dst) {
    case Lane::s16x2:
      return (bits(0) & 0xFFFFU) | (bits(1) << 16U);
    case Lane::u8x4:
      return bits(0) | (bits(1) << 8U) | (bits(2) << 16U) | (bits(3) << 24U);
    case Lane::f32:
      break;
  }
  return bits(0);
}

template <typename K>
void store_channels(const Channels& layer, const ChannelPositions& positions, std::int64_t w,
                    std::int64_t first_channel, typename K::I values) {
  alignas(64) std::int32_t channels[K::lanes];
  K::store(static_cast<std::uint32_t*>(static_cast<void*>(channels)), values);
  const std::int64_t step = channels_in(layer.finish.dst);
  std::uint32_t* dst = layer.dst + positions.at[0] * layer.dst_step[0] +
                       positions.at[1] * layer.dst_step[1] + w * layer.dst_step[2];
  const ChannelStore* store = layer.stores + first_channel / step;
  for (std::int64_t c = 0; c < K::lanes; c += step, ++store) {
    if (positions.inside || (positions.at[0] < store->limit[0] &&
                             positions.at[1] < store->limit[1] && w < store->limit[2])) {
      dst[store->offset] = packed_lane(layer.finish.dst, channels + c);
    }
  }
}

template <typename K>
typename K::A start_of_vector(const std::int32_t* start, std::int64_t channel) {
  if constexpr (__is_same(typename K::A, typename K::F)) {
    return K::zero_f();
  } else {
    return start == nullptr ? K::zero_i() : K::load_i(start + channel);
  }
}

/// sums: [vectors][count] of a tile.
template <typename K>
[[gnu::noinline]] void finish_channels(const Channels& layer, const ChannelTile& tile,
                                       const ChannelPositions& positions, const typename K::A* sums,
                                       int vectors, int count) {
  for (int v = 0; v < vectors; ++v) {
    const std::int64_t channel = tile.first_channel + v * K::lanes;
    for (int p = 0; p < count; ++p) {
      const typename K::F y =
          value_of<K>(layer.finish, sums[v * count + p], ManyChannels<K>{channel});
      store_channels<K>(
          layer, positions, positions.at[2] + p, channel,
          layer.finish.dst == Lane::f32 ? K::bits(y) : integer_of<K>(layer.finish, y));
    }
  }
}

template <typename K, int Vectors, int Positions>
void channel_tile(const Channels& layer, const ChannelTile& tile,
                  const ChannelPositions& positions) {
  Grid<typename K::A, Vectors, Positions> sums;
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) {
#pragma GCC unroll 16
    for (int p = 0; p < Positions; ++p) {
      sums[v][p] = start_of_vector<K>(layer.start, tile.first_channel + v * K::lanes);
    }
  }
  const std::uint32_t* src = layer.src + positions.at[0] * layer.src_step[0] +
                             positions.at[1] * layer.src_step[1] +
                             positions.at[2] * layer.src_step[2];
  const std::uint32_t* weights = tile.weights;
  const std::int64_t step = layer.src_step[2];
  for (std::int64_t e = 0; e < tile.entries; ++e) {
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
  finish_channels<K>(layer, tile, positions, &sums[0][0], Vectors, Positions);
}

/// Positions of a tile that fit the registers beside the weights and one cell.
template <int registers>
constexpr int channel_positions(int vectors) {
  int best = 1;
  for (int positions = 2; positions <= 8; ++positions) {
    if (vectors * positions + vectors + 2 <= registers) {
      best = positions;
    }
  }
  return best;
}

/// Calls channel_tile for `count` <= Positions.
template <typename K, int Vectors, int Positions>
void channels_at(const Channels& layer, const ChannelTile& tile, const ChannelPositions& positions,
                 std::int64_t count) {
  if constexpr (Positions > 1) {
    if (count < Positions) {
      channels_at<K, Vectors, Positions - 1>(layer, tile, positions, count);
      return;
    }
  }
  channel_tile<K, Vectors, Positions>(layer, tile, positions);
}

template <typename K, int registers, int Vectors>
void channel_row(const Channels& layer, const ChannelTile& tile, std::int64_t d, std::int64_t h) {
  constexpr int most = channel_positions<registers>(Vectors);
  const bool inside = d < tile.full[0] && h < tile.full[1];
  std::int64_t w = 0;
  while (w < tile.limit[2]) {
    const std::int64_t left = tile.limit[2] - w;
    const std::int64_t parts = (left + most - 1) / most;
    const std::int64_t now = (left + parts - 1) / parts;
    const ChannelPositions positions{{d, h, w}, inside && w + now <= tile.full[2]};
    channels_at<K, Vectors, most>(layer, tile, positions, now);
    w += now;
  }
}

template <typename K, int registers>
void channels_kernel(const Channels& layer, std::int64_t t, std::int64_t d, std::int64_t h) {
  const ChannelTile& tile = layer.tiles[t];
  if (d >= tile.limit[0] || h >= tile.limit[1]) {
    return;
  }
  switch (tile.vectors) {
    case 1:
      channel_row<K, registers, 1>(layer, tile, d, h);
      break;
    case 2:
      channel_row<K, registers, 2>(layer, tile, d, h);
      break;
    default:
      channel_row<K, registers, 3>(layer, tile, d, h);
      break;
  }
}

}  // namespace
}  // namespace caloquant::direct
