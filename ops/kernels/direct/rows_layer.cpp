// Direct layers with vectors along the last spatial axis, row by row or over whole planes.

#include <algorithm>
#include <numeric>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/direct_common.hpp"
#include "ops/kernels/direct/kernels.hpp"

namespace caloquant {
namespace {

/// Cuts output channels into tiles of at most `most`, each beginning at a whole lane of dst.
std::vector<std::int32_t> cut_channels(std::int64_t channels, std::int64_t most,
                                       std::int64_t per_lane) {
  std::vector<std::int32_t> tiles;
  const std::int64_t whole = std::max(per_lane, most / per_lane * per_lane);
  const std::int64_t count = (channels + whole - 1) / whole;
  std::int64_t left = channels;
  for (std::int64_t parts = count; parts > 0; --parts) {
    const std::int64_t even = ((left + parts - 1) / parts + per_lane - 1) / per_lane * per_lane;
    tiles.push_back(static_cast<std::int32_t>(std::min(left, even)));
    left -= tiles.back();
  }
  return tiles;
}

class RowsLayer final : public DirectLayer {
 public:
  RowsLayer(const DirectProblem& problem, DirectVariant variant, Isa isa)
      : src_(problem.src),
        dst_(problem.dst),
        halo_(problem.dst),
        variant_(variant),
        isa_(isa),
        kernels_(direct::kernels_of(isa, problem.src.lane)),
        finish_(problem, identity(problem.dst.channels)),
        zero_(zero_lane(problem.dst.lane, problem.epilogue.dst)) {
    CALOQUANT_EXPECT(kernels_.rows != nullptr && (problem.phases == Triple{1, 1, 1}));
    const WeightLanes weights(problem);
    const Triple dilations = triple_of(problem.conv.dilations, 1);
    tiles_ = cut_channels(dst_.channels, kernels_.rows_channels, direct::channels_in(dst_.lane));
    pack_weights(weights);
    set_taps(weights, dilations);
    set_layer(problem, weights, dilations);
    if (dst_.joined) {
      set_joins();
    }
  }

  void execute(const std::byte* src, std::byte* dst, std::int64_t images) const override {
    const auto* from = reinterpret_cast<const std::uint32_t*>(src);
    auto* into = reinterpret_cast<std::uint32_t*>(dst);
    const std::int64_t of_plane = dst_.joined ? 1 : tasks_of_plane();
    const std::int64_t tasks = dst_.space[0] * of_plane;
#pragma omp parallel num_threads(team_size())
    {
#pragma omp for schedule(static) nowait
      for (std::int64_t group = 0; group < images * dst_.groups(); ++group) {
        fill_halo(halo_, into + group * dst_.group(), zero_);
      }
#pragma omp for schedule(static)
      for (std::int64_t task = 0; task < images * tasks; ++task) {
        direct::Rows layer = layer_;
        layer.src = from + task / tasks * src_.image() + origin_;
        layer.dst = into + task / tasks * dst_.image() + dst_.at(0, 0, 0);
        const std::int64_t d = task % tasks / of_plane;
        if (dst_.joined) {
          run_joined_plane(layer, d);
        } else {
          run_task(layer, d, task % of_plane);
        }
      }
    }
  }

  [[nodiscard]] std::string implementation() const override {
    return std::string(name_of(variant_)) + (src_.joined ? "_joined:" : ":") +
           std::string(name_of(isa_));
  }

 private:
  [[nodiscard]] std::int64_t stretch_lanes() const {
    return kernels_.stretch_vectors * kernels_.lanes;
  }

  /// Some rows of a plane, or a stretch of it.
  [[nodiscard]] std::int64_t tasks_of_plane() const {
    return variant_ == DirectVariant::rows
               ? (layer_.height + layer_.rows_at_once - 1) / layer_.rows_at_once
               : (layer_.positions + stretch_lanes() - 1) / stretch_lanes();
  }

  void run_task(const direct::Rows& layer, std::int64_t d, std::int64_t task) const {
    if (variant_ == DirectVariant::rows) {
      kernels_.rows(layer, d, task * layer.rows_at_once);
    } else {
      kernels_.planes(layer, d, task * stretch_lanes());
    }
  }

  /// A plane is computed aside, and joined while it is in the first-level cache.
  void run_joined_plane(direct::Rows layer, std::int64_t d) const {
    thread_local std::vector<std::uint32_t> memory;
    memory.resize(std::max(memory.size(), plane_.bytes(1) / sizeof(std::uint32_t)));
    for (std::int64_t group = 0; group < plane_.groups(); ++group) {
      fill_halo(plane_, memory.data() + group * plane_.group(), zero_);
    }
    std::uint32_t* const dst = layer.dst + d * layer.dst_step_d - plane_.at(0, 0, 0);
    layer.dst = memory.data() + plane_.at(0, 0, 0);
    layer.dst_step_d = 0;
    layer.dst_group = plane_.group();
    for (std::int64_t task = 0; task < tasks_of_plane(); ++task) {
      run_task(layer, d, task);
    }
    for (std::size_t j = 0; j < joins_.size(); ++j) {
      kernels_.join(joins_[j], memory.data(), dst + static_cast<std::int64_t>(j) * dst_.group(),
                    plane_.group());
    }
  }

  void set_joins() {
    for (const std::size_t axis : {1U, 2U}) {
      halo_.space[axis] = dst_.extent(axis);
      halo_.halo_begin[axis] = 0;
      halo_.halo_end[axis] = 0;
    }
    plane_ = dst_;
    plane_.joined = false;
    plane_.space[0] = 1;
    plane_.halo_begin[0] = 0;
    plane_.halo_end[0] = 0;
    for (std::int64_t j = 0; j < dst_.groups(); ++j) {
      joins_.push_back(joined_lane(plane_, j));
    }
  }

  static std::vector<std::int64_t> identity(std::int64_t channels) {
    std::vector<std::int64_t> place(static_cast<std::size_t>(channels));
    std::iota(place.begin(), place.end(), 0);
    return place;
  }

  /// A lane of src that every output reads.
  struct Tap {
    Triple at;           ///< of the kernel; joined: its first cell
    std::int64_t index;  ///< group; joined: lane of the string
  };

  template <typename Function>
  void for_each_tap(const WeightLanes& weights, Function function) const {
    const Triple kernel = weights.kernel();
    const std::int64_t indices = src_.joined ? weights.string_lanes() : src_.groups();
    const std::int64_t columns = src_.joined ? 1 : kernel[2];
    for (std::int64_t d = 0; d < kernel[0]; ++d) {
      for (std::int64_t h = 0; h < kernel[1]; ++h) {
        for (std::int64_t index = 0; index < indices; ++index) {
          for (std::int64_t w = 0; w < columns; ++w) {
            function(Tap{{d, h, w}, index});
          }
        }
      }
    }
  }

  void pack_weights(const WeightLanes& weights) {
    std::int64_t first = 0;
    for (const std::int32_t channels : tiles_) {
      for_each_tap(weights, [&](const Tap& tap) {
        for (std::int64_t c = first; c < first + channels; ++c) {
          weights_.push_back(src_.joined ? weights.string_lane(c, tap.index, tap.at)
                                         : weights.lane(c, tap.index, tap.at));
        }
      });
      first += channels;
    }
  }

  /// Where runs begin. The taps of one are neighbours in a group; joined ones, of which the next
  /// comes from another group, are runs of their own.
  void set_taps(const WeightLanes& weights, const Triple& dilations) {
    const std::int64_t groups = src_.groups();
    for_each_tap(weights, [&](const Tap& tap) {
      if (tap.at[2] == 0) {
        taps_.push_back(tap.at[0] * dilations[0] * src_.plane() +
                        tap.at[1] * dilations[1] * src_.row() + tap.index % groups * src_.group() +
                        tap.index / groups * src_.cells_of_string());
      }
    });
  }

  void set_layer(const DirectProblem& problem, const WeightLanes& weights,
                 const Triple& dilations) {
    const Triple strides = triple_of(problem.conv.strides, 1);
    const Triple pads = triple_of(problem.conv.pads_begin, 0);
    origin_ = src_.at(-pads[0], -pads[1], -pads[2]);
    layer_.src_step_d = strides[0] * src_.plane();
    layer_.src_step_h = strides[1] * src_.row();
    layer_.dst_step_d = dst_.plane();
    layer_.dst_step_h = dst_.row();
    layer_.dst_group = dst_.group();
    layer_.taps = taps_.data();
    layer_.runs = static_cast<std::int64_t>(taps_.size());
    layer_.run = src_.joined ? 1 : weights.kernel()[2];
    layer_.run_step = dilations[2];
    layer_.weights = weights_.data();
    layer_.start = finish_.start();
    layer_.tiles = tiles_.data();
    layer_.tile_count = static_cast<std::int64_t>(tiles_.size());
    layer_.width = dst_.space[2];
    layer_.height = dst_.space[1];
    const std::int64_t row_vectors = (layer_.width + kernels_.lanes - 1) / kernels_.lanes;
    layer_.rows_at_once = std::max<std::int64_t>(1, kernels_.stretch_vectors / row_vectors);
    if (variant_ == DirectVariant::planes) {
      layer_.pitch = src_.row();
      layer_.positions = (dst_.space[1] - 1) * src_.row() + dst_.space[2];
    }
    layer_.part = part_of(weights);
    layer_.finish = finish_.finish();
  }

  /// Runs of one part: whole kernel planes (kd) where they fit, at least one run.
  [[nodiscard]] std::int64_t part_of(const WeightLanes& weights) const {
    constexpr std::int64_t cache_lanes = 3072;  // 12 KiB of 32
    const std::int64_t plane = layer_.runs / weights.kernel()[0];
    const std::int64_t of_row = plane / weights.kernel()[1];
    const std::int64_t cells =
        (layer_.pitch == 0 ? layer_.rows_at_once * src_.row() : stretch_lanes()) * src_.groups();
    const std::int64_t per_run = cells / of_row + layer_.run * tiles_.front();
    const std::int64_t fit = std::max<std::int64_t>(1, cache_lanes / per_run);
    return fit >= plane ? fit / plane * plane : fit;
  }

  PackedTensor src_;
  PackedTensor dst_;
  PackedTensor halo_;  ///< what tasks do not write: joined planes are written with theirs
  DirectVariant variant_;
  Isa isa_;
  direct::Kernels kernels_;
  FinishTable finish_;
  std::uint32_t zero_;
  std::vector<std::int32_t> tiles_;
  std::vector<std::uint32_t> weights_;
  std::vector<std::int64_t> taps_;
  PackedTensor plane_;  ///< joined dst: one plane of it before it is joined
  std::vector<direct::JoinedLane> joins_;
  std::int64_t origin_ = 0;  ///< src lane that output (0, 0, 0) begins at
  direct::Rows layer_;
};

}  // namespace

std::unique_ptr<DirectLayer> make_rows_layer(const DirectProblem& problem, DirectVariant variant,
                                             Isa isa) {
  return std::make_unique<RowsLayer>(problem, variant, isa);
}

}  // namespace caloquant
