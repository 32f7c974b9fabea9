#pragma once

#include <caloquant/config.hpp>
#include <caloquant/qparams.hpp>
#include <caloquant/tuning.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "calibration/collect.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Everything needed to compute one layer in integers.
struct LayerPlan {
  LayerQuant quant;
  std::shared_ptr<const Tensor> weights;  ///< s8
  LayerChoice choice = {};                ///< what it was made from
  Range range = {};                       ///< of the src
  /// Where the choice is `automatic`: the algorithm that gave the range, and what it was chosen
  /// from.
  std::optional<RangeAlgorithm> chosen = {};
  std::vector<RangeCandidate> candidates = {};
};

/// The quantized layers by name; a layer that is not in it stays fp32.
struct QuantPlan {
  std::map<std::string, LayerPlan> layers;
};

/// s8 weights by layer, granularity and weight range, made once and shared by all trials.
class WeightCache {
 public:
  struct Entry {
    std::shared_ptr<const Tensor> values;
    std::vector<float> scales;
  };
  [[nodiscard]] const Entry& get(const Graph& graph, const Node& node, bool per_channel,
                                 WeightRange range = WeightRange::minmax);

 private:
  std::map<std::tuple<std::string, bool, WeightRange>, Entry> entries_;
};

/// Type and parameters of a layer's src from its measured range.
///  measured: measured_code(): s8 for a symmetric range, else u8 with a zero point.
///  inc_u8_scaled: Dense: u8 with zero point; a convolution behind a ReLU, seen through BatchNorm
///    (Affine) and padding: u8 without zero point, which clamps everything negative to 0; any other
///    convolution: s8. What Intel Neural Compressor 1.13 to 3.9 does (insert_qdq_pattern.py,
///    _find_relu_node), decided as on the graph before collapse_upsample.
/// A choice of u8 or s8 in the configuration overrules both.
[[nodiscard]] QuantParams choose_activation(const Graph& graph, const Node& node,
                                            const Range& range, ActivationType type,
                                            ActivationRule rule);

/// Pure: equal arguments give equal plans. Throws ModelError for a layer of the configuration that
/// the graph or the table does not have.
[[nodiscard]] QuantPlan make_plan(const Graph& graph, const CalibrationTable& table,
                                  const TuningConfig& config, ActivationRule rule,
                                  WeightCache& weights);

/// The graph with those layers quantized.
[[nodiscard]] Graph apply_plan(const Graph& graph, const QuantPlan& plan);

}  // namespace caloquant
