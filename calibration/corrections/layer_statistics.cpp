#include "calibration/corrections/layer_statistics.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "ops/core/philox.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/gram.hpp"
#include "ops/kernels/direct/packed.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t most_in_block = 512;
constexpr std::int64_t patches_per_weight = 8;
constexpr std::int64_t least_patches = 4096;

/// Where the patches of a layer come from: Dense is a convolution over no space.
struct Geometry {
  std::int64_t channels = 0;
  Triple src{1, 1, 1};
  Triple dst{1, 1, 1};
  Triple kernel{1, 1, 1};
  Triple strides{1, 1, 1};
  Triple dilations{1, 1, 1};
  Triple pads{0, 0, 0};

  [[nodiscard]] std::int64_t width() const { return channels * kernel[0] * kernel[1] * kernel[2]; }
  /// Whole channels, at least one.
  [[nodiscard]] std::int64_t block() const {
    const std::int64_t taps = kernel[0] * kernel[1] * kernel[2];
    return std::min(channels, std::max(most_in_block / taps, std::int64_t{1})) * taps;
  }
  [[nodiscard]] std::int64_t places() const { return dst[0] * dst[1] * dst[2]; }
};

Geometry geometry_of(const Graph& graph, const Node& node) {
  const Shape& src = graph.value(node.inputs[0]).shape;
  const Shape& dst = graph.value(node.output).shape;
  Geometry geometry;
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    const Shape& weights = graph.constant(node, 1)->shape();
    geometry.channels = src[1];
    geometry.src = triple_of({src.begin() + 2, src.end()}, 1);
    geometry.dst = triple_of({dst.begin() + 2, dst.end()}, 1);
    geometry.kernel = triple_of({weights.begin() + 2, weights.end()}, 1);
    geometry.strides = triple_of(conv->strides, 1);
    geometry.dilations = triple_of(conv->dilations, 1);
    geometry.pads = triple_of(conv->pads_begin, 0);
  } else {
    geometry.channels = src.back();
  }
  return geometry;
}

/// One observed layer: patches of its src [batch, C, spatial...], and sums over them.
struct StatisticsTap {
  std::string layer;
  Geometry geometry;
  std::int64_t per_event = 0;
  Tensor patches;              ///< [batch * per_event, K]
  std::vector<GramSum> grams;  ///< of the blocks
  LayerStatistics sums;
};

std::vector<StatisticsTap> statistics_taps(const Graph& graph, const StatisticsOptions& options) {
  std::vector<StatisticsTap> taps;
  for (const Node& node : graph.nodes()) {
    const auto* conv = std::get_if<Conv>(&node.op);
    if (!is_quantizable(node.op) || graph.constant(node, 1) == nullptr ||
        (conv != nullptr && conv->groups != 1) ||
        (conv == nullptr && graph.value(node.inputs[0]).shape.size() != 2)) {
      continue;
    }
    StatisticsTap tap;
    tap.layer = node.name;
    tap.geometry = geometry_of(graph, node);
    LayerStatistics& sums = tap.sums;
    sums.width = tap.geometry.width();
    sums.block = tap.geometry.block();
    sums.mean.assign(static_cast<std::size_t>(sums.width), 0.0);
    std::int64_t moments = 0;
    for (std::int64_t first = 0; first < sums.width; first += sums.block) {
      moments += sums.size_at(first) * sums.size_at(first);
      tap.grams.emplace_back(sums.size_at(first));
    }
    sums.gram.assign(static_cast<std::size_t>(moments), 0.0);
    const std::int64_t wanted = std::max(least_patches, patches_per_weight * sums.block);
    tap.per_event = std::min(tap.geometry.places(), wanted / options.events.size() + 1);
    tap.patches = Tensor(DType::f32, {options.batch * tap.per_event, sums.width});
    taps.push_back(std::move(tap));
  }
  return taps;
}

/// The patch at one place of one image [C, D, H, W]; padding is 0.
void copy_patch(const Geometry& g, const float* image, std::int64_t place, float* patch) {
  const Triple at{place / (g.dst[1] * g.dst[2]), place / g.dst[2] % g.dst[1], place % g.dst[2]};
  for (std::int64_t c = 0; c < g.channels; ++c) {
    for (std::int64_t kd = 0; kd < g.kernel[0]; ++kd) {
      for (std::int64_t kh = 0; kh < g.kernel[1]; ++kh) {
        for (std::int64_t kw = 0; kw < g.kernel[2]; ++kw, ++patch) {
          const std::int64_t d = at[0] * g.strides[0] + kd * g.dilations[0] - g.pads[0];
          const std::int64_t h = at[1] * g.strides[1] + kh * g.dilations[1] - g.pads[1];
          const std::int64_t w = at[2] * g.strides[2] + kw * g.dilations[2] - g.pads[2];
          const bool inside =
              d >= 0 && d < g.src[0] && h >= 0 && h < g.src[1] && w >= 0 && w < g.src[2];
          *patch = inside ? image[((c * g.src[0] + d) * g.src[1] + h) * g.src[2] + w] : 0.0F;
        }
      }
    }
  }
}

/// Of an image [C, spatial...], into place `slot` of the batch.
void copy_patches(StatisticsTap& tap, const float* image, std::int64_t slot, std::uint64_t seed,
                  std::int64_t event) {
  const std::int64_t width = tap.geometry.width();
  float* patch = tap.patches.data<float>().data() + slot * tap.per_event * width;
  philox::Stream random(seed, static_cast<std::uint64_t>(event));
  for (std::int64_t i = 0; i < tap.per_event; ++i, patch += width) {
    const bool all = tap.per_event == tap.geometry.places();
    const auto drawn =
        static_cast<std::int64_t>(random.uniform() * static_cast<double>(tap.geometry.places()));
    const std::int64_t place = all ? i : std::min(drawn, tap.geometry.places() - 1);
    copy_patch(tap.geometry, image, place, patch);
  }
}

/// Adds the first moments of the patches of the first `events` events, one after the other.
void add_means(StatisticsTap& tap, std::int64_t events) {
  LayerStatistics& sums = tap.sums;
  const std::int64_t rows = events * tap.per_event;
  const float* patches = std::as_const(tap.patches).data<float>().data();
  for (std::int64_t row = 0; row < rows; ++row) {
    std::transform(sums.mean.begin(), sums.mean.end(), patches + row * sums.width,
                   sums.mean.begin(),
                   [](double sum, float value) { return sum + static_cast<double>(value); });
  }
  sums.rows += rows;
}

/// What one batch adds to the sums. They decide how weights are rounded, so their order is that of
/// the events, however these were cut into batches: one thread adds to a sum.
void add_batch(std::vector<StatisticsTap>& taps, const std::function<void(std::size_t tap)>& copy,
               std::int64_t events) {
  struct Block {
    StatisticsTap* tap;
    std::size_t index;
  };
  std::vector<Block> blocks;
  for (StatisticsTap& tap : taps) {
    for (std::size_t index = 0; index < tap.grams.size(); ++index) {
      blocks.push_back({&tap, index});
    }
  }
#pragma omp parallel num_threads(team_size())
  {
#pragma omp for schedule(dynamic)
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
      copy(tap);
      add_means(taps[tap], events);
    }
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      StatisticsTap& tap = *blocks[i].tap;
      const std::int64_t first = static_cast<std::int64_t>(blocks[i].index) * tap.sums.block;
      tap.grams[blocks[i].index].add(std::as_const(tap.patches).data<float>().data() + first,
                                     events * tap.per_event, tap.sums.width);
    }
  }
}

/// Sums to means.
LayerStatistics statistics_of(StatisticsTap tap) {
  for (std::size_t block = 0; block < tap.grams.size(); ++block) {
    tap.grams[block].copy_to(tap.sums.gram_at(static_cast<std::int64_t>(block) * tap.sums.block));
  }
  const double scale = 1.0 / static_cast<double>(tap.sums.rows);
  for (auto* values : {&tap.sums.gram, &tap.sums.mean}) {
    for (double& value : *values) {
      value *= scale;
    }
  }
  return std::move(tap.sums);
}

}  // namespace

StatisticsTable collect_statistics(const Graph& graph, const InputFiller& fill,
                                   const StatisticsOptions& given) {
  CALOQUANT_EXPECT(given.batch >= 1 && given.events.size() > 0);
  StatisticsOptions options = given;
  options.batch = batch_for(given.batch, given.events);
  std::vector<StatisticsTap> taps = statistics_taps(graph, options);
  std::vector<SweptValue> values;
  values.reserve(taps.size());
  for (const StatisticsTap& tap : taps) {
    values.push_back({"src of " + tap.layer, graph.find(tap.layer)->inputs[0]});
  }
  const auto look = [&](std::int64_t first, std::int64_t count,
                        std::span<const std::span<const float>> seen) {
    const auto copy = [&](std::size_t tap) {
      const std::int64_t cells = static_cast<std::int64_t>(seen[tap].size()) / options.batch;
      for (std::int64_t slot = 0; slot < count; ++slot) {
        copy_patches(taps[tap], seen[tap].data() + slot * cells, slot, options.seed, first + slot);
      }
    };
    add_batch(taps, copy, count);
  };
  sweep_values(graph, values, fill,
               {options.events, options.batch, options.engine, options.progress}, look);
  StatisticsTable table;
  for (StatisticsTap& tap : taps) {
    const std::string layer = tap.layer;
    table[layer] = statistics_of(std::move(tap));
  }
  return table;
}

}  // namespace caloquant
