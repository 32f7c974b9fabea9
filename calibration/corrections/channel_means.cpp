#include "calibration/corrections/channel_means.hpp"

#include <algorithm>
#include <numeric>

#include "graph/ir/editor.hpp"

namespace caloquant {
namespace {

/// The dst of one layer: [batch, C, spatial...], and sums by channel.
struct DstTap {
  std::string layer;
  Tensor values;
  std::vector<double> sums;

  [[nodiscard]] std::int64_t places() const {
    return values.size() / values.shape()[0] / values.shape()[1];
  }
};

std::vector<DstTap> make_dst_taps(const Graph& graph, const std::vector<std::string>& layers,
                                  std::int64_t batch) {
  std::vector<DstTap> taps;
  for (const std::string& layer : layers) {
    const Node* node = graph.find(layer);
    CALOQUANT_EXPECT(node != nullptr);
    Shape shape = graph.value(node->output).shape;
    shape.front() = batch;
    const auto channels = static_cast<std::size_t>(shape[1]);
    taps.push_back({layer, Tensor(DType::f32, shape), std::vector<double>(channels, 0.0)});
  }
  return taps;
}

void add_batch(DstTap& tap, std::int64_t events) {
  const std::int64_t places = tap.places();
  const float* values = tap.values.data<float>().data();
  for (std::int64_t event = 0; event < events; ++event) {
    for (double& sum : tap.sums) {
      sum = std::accumulate(values, values + places, sum);
      values += places;
    }
  }
}

}  // namespace

std::map<std::string, std::vector<double>> channel_means(const Graph& graph,
                                                         const std::vector<std::string>& layers,
                                                         const InputFiller& fill,
                                                         const ChannelMeansOptions& options) {
  CALOQUANT_EXPECT(options.events.size() > 0);
  std::vector<DstTap> taps = make_dst_taps(graph, layers, options.batch);
  GraphEditor editor(graph);
  editor.clear_outputs();
  std::vector<std::span<float>> outputs;
  for (DstTap& tap : taps) {
    editor.add_output("dst of " + tap.layer, graph.find(tap.layer)->output);
    outputs.push_back(tap.values.data<float>());
  }
  sweep_events(editor.finish(), fill,
               {options.events, options.batch, with_default_kernels(options.engine), {}}, outputs,
               [&taps](std::int64_t, std::int64_t count) {
                 for (DstTap& tap : taps) {
                   add_batch(tap, count);
                 }
               });
  std::map<std::string, std::vector<double>> means;
  for (DstTap& tap : taps) {
    for (double& sum : tap.sums) {
      sum /= static_cast<double>(options.events.size() * tap.places());
    }
    means[tap.layer] = std::move(tap.sums);
  }
  return means;
}

}  // namespace caloquant
