// From lanes of single cells to lanes that join neighbouring ones.

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/direct_common.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/kernels/direct/packed.hpp"

namespace caloquant {

direct::JoinedLane joined_lane(const PackedTensor& src, std::int64_t j) {
  const std::int64_t per_lane = direct::channels_in(src.lane);
  const auto bits = static_cast<std::int32_t>(32 / per_lane);
  const std::uint32_t mask = (1U << static_cast<unsigned>(bits)) - 1U;
  direct::JoinedLane lane;
  for (std::int64_t i = 0; i < per_lane; ++i) {
    const std::int64_t index = j * per_lane + i;  // in the string
    const std::int64_t channel = index % src.channels;
    const auto move = static_cast<std::int32_t>(i - channel % per_lane) * bits;
    const direct::JoinPart part{channel / per_lane * src.group() + index / src.channels,
                                move > 0 ? move : 0, move < 0 ? -move : 0,
                                static_cast<std::int32_t>(mask << static_cast<unsigned>(bits * i))};
    direct::JoinPart* const last = lane.count > 0 ? &lane.parts[lane.count - 1] : nullptr;
    if (last != nullptr && last->offset == part.offset && last->up == part.up &&
        last->down == part.down) {
      last->mask |= part.mask;
    } else {
      lane.parts[lane.count++] = part;
    }
  }
  return lane;
}

void join_lanes(const std::uint32_t* src, const PackedTensor& src_tensor, std::uint32_t* dst,
                const PackedTensor& dst_tensor, std::int64_t images) {
  CALOQUANT_EXPECT(!src_tensor.joined && dst_tensor.joined &&
                   src_tensor.lane != direct::Lane::f32 &&
                   src_tensor.group() == dst_tensor.group());
  const direct::Kernels kernels = direct::kernels_of(active_isa(), direct::Lane::s16x2);
  const std::int64_t groups = dst_tensor.groups();
  const std::int64_t planes = dst_tensor.extent(0);
#pragma omp parallel for num_threads(team_size()) schedule(static)
  for (std::int64_t task = 0; task < images * groups * planes; ++task) {
    const std::int64_t plane = task % planes * dst_tensor.plane();
    const std::int64_t image = task / planes / groups;
    kernels.join(joined_lane(src_tensor, task / planes % groups),
                 src + image * src_tensor.image() + plane,
                 dst + task / planes * dst_tensor.group() + plane, dst_tensor.plane());
  }
}

}  // namespace caloquant
