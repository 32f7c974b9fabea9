// Direct layers with vectors along the last spatial axis.

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
  RowsLayer(const DirectProblem& problem, Isa isa)
      : src_(problem.src),
        dst_(problem.dst),
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
  }

  void execute(const std::byte* src, std::byte* dst, std::int64_t images) const override {
    const auto* from = reinterpret_cast<const std::uint32_t*>(src);
    auto* into = reinterpret_cast<std::uint32_t*>(dst);
    const std::int64_t rows = dst_.space[0] * dst_.space[1];
#pragma omp parallel num_threads(team_size())
    {
#pragma omp for schedule(static) nowait
      for (std::int64_t group = 0; group < images * dst_.groups(); ++group) {
        fill_halo(dst_, into + group * dst_.group(), zero_);
      }
#pragma omp for schedule(static)
      for (std::int64_t task = 0; task < images * rows; ++task) {
        direct::Rows layer = layer_;
        layer.src = from + task / rows * src_.image() + origin_;
        layer.dst = into + task / rows * dst_.image() + dst_.at(0, 0, 0);
        kernels_.rows(layer, task % rows / dst_.space[1], task % dst_.space[1]);
      }
    }
  }

  [[nodiscard]] std::string implementation() const override {
    return std::string(name_of(DirectVariant::rows)) + ":" + std::string(name_of(isa_));
  }

 private:
  static std::vector<std::int64_t> identity(std::int64_t channels) {
    std::vector<std::int64_t> place(static_cast<std::size_t>(channels));
    std::iota(place.begin(), place.end(), 0);
    return place;
  }

  void pack_weights(const WeightLanes& weights) {
    std::int64_t first = 0;
    const Triple kernel = weights.kernel();
    for (const std::int32_t channels : tiles_) {
      for_each_run(weights, [&](std::int64_t group, std::int64_t d, std::int64_t h) {
        for (std::int64_t w = 0; w < kernel[2]; ++w) {
          for (std::int64_t c = first; c < first + channels; ++c) {
            weights_.push_back(weights.lane(c, group, {d, h, w}));
          }
        }
      });
      first += channels;
    }
  }

  void set_taps(const WeightLanes& weights, const Triple& dilations) {
    for_each_run(weights, [&](std::int64_t group, std::int64_t d, std::int64_t h) {
      taps_.push_back(group * src_.group() + d * dilations[0] * src_.plane() +
                      h * dilations[1] * src_.row());
    });
  }

  template <typename Function>
  static void for_each_run(const WeightLanes& weights, Function function) {
    const Triple kernel = weights.kernel();
    for (std::int64_t d = 0; d < kernel[0]; ++d) {
      for (std::int64_t h = 0; h < kernel[1]; ++h) {
        for (std::int64_t group = 0; group < weights.groups(); ++group) {
          function(group, d, h);
        }
      }
    }
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
    layer_.run = weights.kernel()[2];
    layer_.part = part_of(weights);
    layer_.run_step = dilations[2];
    layer_.weights = weights_.data();
    layer_.start = finish_.start();
    layer_.tiles = tiles_.data();
    layer_.tile_count = static_cast<std::int64_t>(tiles_.size());
    layer_.width = dst_.space[2];
    layer_.finish = finish_.finish();
  }

  /// Runs of one part: whole kernel planes (kd) where they fit, at least one run.
  [[nodiscard]] std::int64_t part_of(const WeightLanes& weights) const {
    constexpr std::int64_t cache_lanes = 3072;  // 12 KiB of 32
    const std::int64_t plane = weights.kernel()[1] * weights.groups();
    const std::int64_t per_run = src_.row() + weights.kernel()[2] * tiles_.front();
    const std::int64_t fit = std::max<std::int64_t>(1, cache_lanes / per_run);
    return fit >= plane ? fit / plane * plane : fit;
  }

  PackedTensor src_;
  PackedTensor dst_;
  Isa isa_;
  direct::Kernels kernels_;
  FinishTable finish_;
  std::uint32_t zero_;
  std::vector<std::int32_t> tiles_;
  std::vector<std::uint32_t> weights_;
  std::vector<std::int64_t> taps_;
  std::int64_t origin_ = 0;  ///< src lane that output (0, 0, 0) begins at
  direct::Rows layer_;
};

}  // namespace

std::unique_ptr<DirectLayer> make_rows_layer(const DirectProblem& problem, Isa isa) {
  return std::make_unique<RowsLayer>(problem, isa);
}

}  // namespace caloquant
