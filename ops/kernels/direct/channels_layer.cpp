// Direct layers with vectors along the output channels.
//
// Channels are laid out in slots: each phase has its channels, filled up to whole lanes of dst, so
// that the channels of one lane are neighbours in one vector.

#include <algorithm>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/direct_common.hpp"
#include "ops/kernels/direct/kernels.hpp"

namespace caloquant {
namespace {

std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

class ChannelsLayer final : public DirectLayer {
 public:
  ChannelsLayer(const DirectProblem& problem, Isa isa)
      : src_(problem.src),
        dst_(problem.dst),
        phases_(problem.phases),
        isa_(isa),
        kernels_(direct::kernels_of(isa, problem.src.lane)),
        slots_per_phase_(rounded_up(dst_.channels, direct::channels_in(dst_.lane))),
        place_(make_place()),
        finish_(problem, place_),
        zero_(zero_lane(dst_.lane, problem.epilogue.dst)) {
    CALOQUANT_EXPECT(kernels_.channels != nullptr);
    const WeightLanes weights(problem);
    CALOQUANT_EXPECT(weights.channels() == dst_.channels * phases_[0] * phases_[1] * phases_[2]);
    make_stores();
    make_tiles(weights, triple_of(problem.conv.dilations, 1));
    set_layer(problem);
  }

  void execute(const std::byte* src, std::byte* dst, std::int64_t images) const override {
    const auto* from = reinterpret_cast<const std::uint32_t*>(src);
    auto* into = reinterpret_cast<std::uint32_t*>(dst);
    const auto tiles = static_cast<std::int64_t>(tiles_.size());
#pragma omp parallel num_threads(team_size())
    {
#pragma omp for schedule(static) nowait
      for (std::int64_t group = 0; group < images * dst_.groups(); ++group) {
        fill_halo(dst_, into + group * dst_.group(), zero_);
      }
#pragma omp for schedule(static)
      for (std::int64_t task = 0; task < images * tiles; ++task) {
        direct::Channels layer = layer_;
        layer.src = from + task / tiles * src_.image() + origin_;
        layer.dst = into + task / tiles * dst_.image() + dst_.at(0, 0, 0);
        const std::int64_t t = task % tiles;
        const direct::ChannelTile& tile = tiles_[static_cast<std::size_t>(t)];
        for (std::int64_t d = 0; d < tile.limit[0]; ++d) {
          kernels_.channels(layer, t, d);
        }
      }
    }
  }

  [[nodiscard]] std::string implementation() const override {
    return std::string(name_of(DirectVariant::channels)) + ":" + std::string(name_of(isa_));
  }

 private:
  [[nodiscard]] std::int64_t phase_count() const {
    return phases_[0] * phases_[1] * phases_[2];
  }
  [[nodiscard]] Triple phase(std::int64_t index) const {
    return {index / (phases_[1] * phases_[2]), index / phases_[2] % phases_[1], index % phases_[2]};
  }
  /// Positions along an axis at which the phase lies inside dst.
  [[nodiscard]] std::int64_t positions(std::int64_t phase_index, std::size_t axis) const {
    return (dst_.space[axis] - phase(phase_index)[axis] + phases_[axis] - 1) / phases_[axis];
  }

  /// Slots are filled up to whole vectors, so that constants can be loaded as such.
  [[nodiscard]] std::vector<std::int64_t> make_place() const {
    const std::int64_t used = slots_per_phase_ * phase_count();
    std::vector<std::int64_t> place(static_cast<std::size_t>(rounded_up(used, kernels_.lanes)), -1);
    for (std::int64_t slot = 0; slot < used; ++slot) {
      const std::int64_t channel = slot % slots_per_phase_;
      if (channel < dst_.channels) {
        place[static_cast<std::size_t>(slot)] = slot / slots_per_phase_ * dst_.channels + channel;
      }
    }
    return place;
  }

  void make_stores() {
    const std::int64_t per_lane = direct::channels_in(dst_.lane);
    for (std::size_t slot = 0; slot < place_.size(); slot += static_cast<std::size_t>(per_lane)) {
      direct::ChannelStore store;  // limits of 0: nowhere
      const auto index = static_cast<std::int64_t>(slot) / slots_per_phase_;
      if (index < phase_count()) {
        const Triple at = phase(index);
        const std::int64_t group = static_cast<std::int64_t>(slot) % slots_per_phase_ / per_lane;
        store.offset = group * dst_.group() + at[0] * dst_.plane() + at[1] * dst_.row() + at[2];
        for (std::size_t axis = 0; axis < 3; ++axis) {
          store.limit[axis] = positions(index, axis);
        }
      }
      stores_.push_back(store);
    }
  }

  void make_tiles(const WeightLanes& weights, const Triple& dilations) {
    const auto vectors = static_cast<std::int64_t>(place_.size()) / kernels_.lanes;
    std::vector<std::size_t> first_entry;
    std::vector<std::size_t> first_weight;
    for (std::int64_t v = 0; v < vectors; v += kernels_.channels_vectors) {
      direct::ChannelTile tile;
      tile.vectors = std::min(kernels_.channels_vectors, vectors - v);
      tile.first_channel = v * kernels_.lanes;
      first_entry.push_back(offsets_.size());
      first_weight.push_back(weights_.size());
      add_entries(weights, dilations, tile);
      tile.entries = static_cast<std::int64_t>(offsets_.size() - first_entry.back());
      set_limits(tile);
      tiles_.push_back(tile);
    }
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      tiles_[t].offsets = offsets_.data() + first_entry[t];
      tiles_[t].weights = weights_.data() + first_weight[t];
    }
  }

  /// The taps on which any slot of the tile has a weight that is not 0.
  void add_entries(const WeightLanes& weights, const Triple& dilations,
                   const direct::ChannelTile& tile) {
    const auto first = static_cast<std::size_t>(tile.first_channel);
    std::vector<std::uint32_t> lanes(static_cast<std::size_t>(tile.vectors * kernels_.lanes));
    const Triple kernel = weights.kernel();
    for (std::int64_t tap = 0; tap < kernel[0] * kernel[1] * kernel[2]; ++tap) {
      const Triple at{tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]};
      for (std::int64_t group = 0; group < weights.groups(); ++group) {
        for (std::size_t i = 0; i < lanes.size(); ++i) {
          lanes[i] = weights.lane(place_[first + i], group, at);
        }
        if (std::all_of(lanes.begin(), lanes.end(), [](std::uint32_t lane) { return lane == 0; })) {
          continue;
        }
        weights_.insert(weights_.end(), lanes.begin(), lanes.end());
        offsets_.push_back(group * src_.group() + at[0] * dilations[0] * src_.plane() +
                           at[1] * dilations[1] * src_.row() + at[2] * dilations[2]);
      }
    }
  }

  void set_limits(direct::ChannelTile& tile) const {
    const std::int64_t first = tile.first_channel / slots_per_phase_;
    const std::int64_t last =
        std::min(phase_count() - 1,
                 (tile.first_channel + tile.vectors * kernels_.lanes - 1) / slots_per_phase_);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      tile.limit[axis] = positions(first, axis);
      tile.full[axis] = positions(first, axis);
      for (std::int64_t index = first; index <= last; ++index) {
        tile.limit[axis] = std::max(tile.limit[axis], positions(index, axis));
        tile.full[axis] = std::min(tile.full[axis], positions(index, axis));
      }
    }
    const auto end = static_cast<std::size_t>(tile.first_channel + tile.vectors * kernels_.lanes);
    const auto begin = place_.begin() + static_cast<std::ptrdiff_t>(tile.first_channel);
    if (end > static_cast<std::size_t>(slots_per_phase_ * phase_count()) ||
        std::count(begin, place_.begin() + static_cast<std::ptrdiff_t>(end), -1) > 0) {
      tile.full[0] = 0;  // some slot belongs nowhere: look at every store
    }
  }

  void set_layer(const DirectProblem& problem) {
    const Triple strides = triple_of(problem.conv.strides, 1);
    const Triple pads = triple_of(problem.conv.pads_begin, 0);
    origin_ = src_.at(-pads[0], -pads[1], -pads[2]);
    const Triple src_steps{src_.plane(), src_.row(), 1};
    const Triple dst_steps{dst_.plane(), dst_.row(), 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      layer_.src_step[axis] = strides[axis] * src_steps[axis];
      layer_.dst_step[axis] = phases_[axis] * dst_steps[axis];
    }
    layer_.tiles = tiles_.data();
    layer_.stores = stores_.data();
    layer_.start = finish_.start();
    layer_.finish = finish_.finish();
  }

  PackedTensor src_;
  PackedTensor dst_;
  Triple phases_;
  Isa isa_;
  direct::Kernels kernels_;
  std::int64_t slots_per_phase_;
  std::vector<std::int64_t> place_;  ///< output channel of each slot, or -1
  FinishTable finish_;
  std::uint32_t zero_;
  std::vector<direct::ChannelStore> stores_;
  std::vector<direct::ChannelTile> tiles_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::uint32_t> weights_;
  std::int64_t origin_ = 0;
  direct::Channels layer_;
};

}  // namespace

std::unique_ptr<DirectLayer> make_channels_layer(const DirectProblem& problem, Isa isa) {
  return std::make_unique<ChannelsLayer>(problem, isa);
}

}  // namespace caloquant
