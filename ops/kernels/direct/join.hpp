#pragma once

// Joins lanes of neighbouring cells (packed.hpp). Included by kernels_<isa>.cpp only.

#include "ops/kernels/direct/row_stretch.hpp"

namespace caloquant::direct {
namespace {

template <typename K>
typename K::I joined_part(const JoinPart& part, const std::uint32_t* src) {
  const typename K::I lanes = K::load_i(src + part.offset);
  return K::both(K::broadcast(part.mask), K::up_by(K::down_by(lanes, part.down), part.up));
}

template <typename K>
void join_kernel(const JoinedLane& lane, const std::uint32_t* src, std::uint32_t* dst,
                 std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += K::lanes) {
    typename K::I joined = joined_part<K>(lane.parts[0], src + i);
    for (std::int32_t p = 1; p < lane.count; ++p) {
      joined = K::either(joined, joined_part<K>(lane.parts[p], src + i));
    }
    store_lanes<K>(dst + i, joined, count - i);
  }
}

}  // namespace
}  // namespace caloquant::direct
