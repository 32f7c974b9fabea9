#pragma once

// From the sums of the `Rows` kernel to stored lanes. Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/finish.hpp"

namespace caloquant::direct {
namespace {

/// Outputs that are summed up in memory, so that taps can be worked off in parts whose weights and
/// cells stay in the first-level cache: a part of a row, some rows, or a part of a plane.
struct RowStretch {
  const std::uint32_t* src;
  std::uint32_t* dst;  ///< of the first output of the stretch; planes: of the plane
  const std::uint32_t* weights;
  std::int64_t position;     ///< planes: of the first output in its plane
  std::int64_t channel;      ///< first channel of the tile
  std::int64_t columns;      ///< outputs of a row; planes: of the stretch
  std::int64_t row_vectors;  ///< planes: all
  std::int64_t vectors;
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

/// Where a vector of outputs goes, counted on from vector to vector: a division would cost as much
/// as all else that is done to store it.
template <typename K>
struct Place {
  int vector = 0;
  std::int64_t row = 0;
  std::int64_t column = 0;

  static Place first_of(const Rows& layer, const RowStretch& stretch) {
    if (layer.pitch == 0) {
      return {};
    }
    return {0, stretch.position / layer.pitch, stretch.position % layer.pitch};
  }
  void next(const Rows& layer, const RowStretch& stretch) {
    ++vector;
    column += K::lanes;
    if (layer.pitch == 0) {
      row += column >= stretch.columns ? 1 : 0;
      column = column >= stretch.columns ? 0 : column;
      return;
    }
    for (; column >= layer.pitch; column -= layer.pitch) {
      ++row;
    }
  }
};

/// Stores the outputs of a vector in their rows; what lies between rows of src belongs nowhere.
template <typename K>
void store_rows(const Rows& layer, std::uint32_t* row, typename K::I lanes, std::int64_t column,
                std::int64_t outputs) {
  const std::int64_t end = outputs < K::lanes ? outputs : K::lanes;
  for (std::int64_t from = 0; from < end; row += layer.dst_step_h) {
    const std::int64_t row_end = from + layer.width - column;
    const std::int64_t to = row_end < end ? row_end : end;
    if (from < to) {
      K::store_between(row + column - from, lanes, from, to);
    }
    from += layer.pitch - column;
    column = 0;
  }
}

template <typename K>
void store_vector(const Rows& layer, const RowStretch& stretch, std::int64_t group,
                  const Place<K>& place, typename K::I lanes) {
  std::uint32_t* const row = stretch.dst + group * layer.dst_group + place.row * layer.dst_step_h;
  if (layer.pitch == 0) {
    store_lanes<K>(row + place.column, lanes, stretch.columns - place.column);
  } else {
    store_rows<K>(layer, row, lanes, place.column, stretch.columns - place.vector * K::lanes);
  }
}

/// Packs the channels of one vector of positions into lanes and stores them.
template <typename K>
void finish_vector(const Rows& layer, const RowStretch& stretch, const typename K::A* sums,
                   int channels, const Place<K>& at) {
  const Finish& finish = layer.finish;
  const auto value = [&](int c) {
    return value_of<K>(finish, sums[at.vector * channels + c], OneChannel<K>{stretch.channel + c});
  };
  const auto integer = [&](int c) {
    return c < channels ? integer_of<K>(finish, value(c)) : K::zero_i();
  };
  const auto store = [&](std::int64_t group, typename K::I lanes) {
    store_vector<K>(layer, stretch, group, at, lanes);
  };
  switch (finish.dst) {
    case Lane::f32:
      for (int c = 0; c < channels; ++c) {
        store(stretch.channel + c, float_of<K>(finish, value(c)));
      }
      break;
    case Lane::s16x2:
      for (int c = 0; c < channels; c += 2) {
        store((stretch.channel + c) / 2,
              K::either(K::low_half(integer(c)), K::template up<16>(integer(c + 1))));
      }
      break;
    case Lane::u8x4:
      for (int c = 0; c < channels; c += 4) {
        const typename K::I low = K::either(integer(c), K::template up<8>(integer(c + 1)));
        const typename K::I high =
            K::either(K::template up<16>(integer(c + 2)), K::template up<24>(integer(c + 3)));
        store((stretch.channel + c) / 4, K::either(low, high));
      }
      break;
  }
}

/// Out of line: it is the same for every shape of tile, and its time is small beside the sums'.
template <typename K>
[[gnu::noinline]] void finish_stretch(const Rows& layer, const RowStretch& stretch,
                                      const typename K::A* sums, int channels) {
  for (auto at = Place<K>::first_of(layer, stretch); at.vector < stretch.vectors;
       at.next(layer, stretch)) {
    finish_vector<K>(layer, stretch, sums, channels, at);
  }
}

}  // namespace
}  // namespace caloquant::direct
