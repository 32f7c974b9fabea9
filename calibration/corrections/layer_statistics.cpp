#include "calibration/corrections/layer_statistics.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <memory>
#include <utility>

#include "graph/ir/editor.hpp"
#include "ops/core/philox.hpp"
#include "ops/kernels/direct/packed.hpp"

namespace caloquant {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

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

/// One observed layer: its src of a batch, and sums over patches.
struct Tap {
  std::string layer;
  Geometry geometry;
  Tensor values;  ///< [batch, C, spatial...]
  std::int64_t per_event = 0;
  Eigen::MatrixXd gram;
  Eigen::VectorXd sum;
  std::int64_t rows = 0;
};

std::vector<Tap> make_taps(const Graph& graph, const StatisticsOptions& options) {
  std::vector<Tap> taps;
  for (const Node& node : graph.nodes()) {
    const auto* conv = std::get_if<Conv>(&node.op);
    if (!is_quantizable(node.op) || graph.constant(node, 1) == nullptr ||
        (conv != nullptr && conv->groups != 1) ||
        (conv == nullptr && graph.value(node.inputs[0]).shape.size() != 2)) {
      continue;
    }
    Tap tap;
    tap.layer = node.name;
    tap.geometry = geometry_of(graph, node);
    Shape shape = graph.value(node.inputs[0]).shape;
    shape.front() = options.batch;
    tap.values = Tensor(DType::f32, shape);
    const std::int64_t wanted = std::max(least_patches, patches_per_weight * tap.geometry.width());
    tap.per_event = std::min(tap.geometry.places(), wanted / options.events.size() + 1);
    const auto width = static_cast<Eigen::Index>(tap.geometry.width());
    tap.gram = Eigen::MatrixXd::Zero(width, width);
    tap.sum = Eigen::VectorXd::Zero(width);
    taps.push_back(std::move(tap));
  }
  return taps;
}

Graph tapped_graph(const Graph& graph, const std::vector<Tap>& taps) {
  GraphEditor editor(graph);
  editor.clear_outputs();
  for (const Tap& tap : taps) {
    editor.add_output("src of " + tap.layer, graph.find(tap.layer)->inputs[0]);
  }
  return editor.finish();
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

void add_event(Tap& tap, std::int64_t slot, std::uint64_t seed, std::int64_t event) {
  const auto width = static_cast<Eigen::Index>(tap.geometry.width());
  const std::int64_t cells = tap.values.size() / tap.values.shape().front();
  const float* image = tap.values.data<float>().data() + slot * cells;
  philox::Stream random(seed, static_cast<std::uint64_t>(event));
  Matrix patches(static_cast<Eigen::Index>(tap.per_event), width);
  for (std::int64_t i = 0; i < tap.per_event; ++i) {
    const bool all = tap.per_event == tap.geometry.places();
    const auto drawn =
        static_cast<std::int64_t>(random.uniform() * static_cast<double>(tap.geometry.places()));
    const std::int64_t place = all ? i : std::min(drawn, tap.geometry.places() - 1);
    copy_patch(tap.geometry, image, place, patches.row(static_cast<Eigen::Index>(i)).data());
  }
  tap.gram.noalias() += (patches.transpose() * patches).cast<double>();
  tap.sum += patches.colwise().sum().transpose().cast<double>();
  tap.rows += tap.per_event;
}

LayerStatistics statistics_of(const Tap& tap) {
  LayerStatistics result;
  result.width = tap.geometry.width();
  result.rows = tap.rows;
  const double scale = 1.0 / static_cast<double>(tap.rows);
  result.gram.assign(tap.gram.data(), tap.gram.data() + tap.gram.size());
  result.mean.assign(tap.sum.data(), tap.sum.data() + tap.sum.size());
  for (auto* values : {&result.gram, &result.mean}) {
    for (double& value : *values) {
      value *= scale;
    }
  }
  return result;
}

}  // namespace

StatisticsTable collect_statistics(const Graph& graph, const InputFiller& fill,
                                   const StatisticsOptions& options) {
  CALOQUANT_EXPECT(graph.inputs().size() == 1 && options.batch >= 1 && options.events.size() > 0);
  std::vector<Tap> taps = make_taps(graph, options);
  const auto executable = compile_engine(tapped_graph(graph, taps), options.batch, options.engine);
  Shape input_shape = graph.value(graph.inputs()[0]).shape;
  input_shape.front() = options.batch;
  Tensor input(DType::f32, input_shape);
  const std::size_t per_event =
      input.data<float>().size() / static_cast<std::size_t>(options.batch);
  std::vector<std::span<float>> outputs;
  outputs.reserve(taps.size());
  for (Tap& tap : taps) {
    outputs.push_back(tap.values.data<float>());
  }
  for (std::int64_t first = options.events.first; first < options.events.last;
       first += options.batch) {
    const std::int64_t count = std::min(options.batch, options.events.last - first);
    fill(first, count, input.data<float>().first(per_event * static_cast<std::size_t>(count)));
    const std::span<const float> src = input.data<float>();
    executable->run({&src, 1}, outputs);
#pragma omp parallel for schedule(dynamic)
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
      for (std::int64_t slot = 0; slot < count; ++slot) {
        add_event(taps[tap], slot, options.seed, first + slot);
      }
    }
  }
  StatisticsTable table;
  for (const Tap& tap : taps) {
    table[tap.layer] = statistics_of(tap);
  }
  return table;
}

}  // namespace caloquant
