#pragma once

#include <caloquant/config.hpp>
#include <caloquant/qparams.hpp>
#include <caloquant/tuning.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calibration/collect/collect.hpp"
#include "calibration/corrections/layer_statistics.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/plan/weight_cache.hpp"

namespace caloquant {

/// Everything needed to compute one layer below fp32.
struct LayerPlan {
  LayerQuant quant;
  std::shared_ptr<const Tensor> weights;    ///< s8 or bf16
  LayerChoice choice = {};                  ///< what it was made from
  Range range = {};                         ///< of the src
  std::shared_ptr<const Tensor> bias = {};  ///< in place of the network's; null: that one
  /// Where the choice is `automatic`: the algorithm that gave the range, and what it was chosen
  /// from.
  std::optional<RangeAlgorithm> chosen = {};
  std::vector<RangeCandidate> candidates = {};
};

/// The quantized layers by name; a layer that is not in it stays fp32.
struct QuantPlan {
  std::map<std::string, LayerPlan> layers;
};

/// What repairs the error of weights, where the statistics of a layer are known.
struct Corrections {
  bool bias = false;         ///< corrected_bias()
  bool reconstruct = false;  ///< reconstruct_rounding() in place of rounding to the nearest
  const StatisticsTable* statistics = nullptr;

  [[nodiscard]] const LayerStatistics* of(const std::string& layer) const;
};

/// Type and parameters of a layer's src from its measured range.
///  measured: measured_code(): s8 for a symmetric range, else u8 with a zero point.
///  inc_u8_scaled: Dense: u8 with zero point; a convolution behind a relu, or a clip to values that
///    are not negative, with nothing in between but BatchNorm (Affine), Pad and DepthToSpace: u8
///    without zero point, which clamps everything negative to 0; any other convolution: s8. For the
///    layers of 3DGAN this is what Intel Neural Compressor 1.13 to 3.9 does
///    (insert_qdq_pattern.py, _find_relu_node), decided as on the graph before collapse_upsample.
///    That tool also walks through pooling, Mean, ConcatV2 (its first input), CropAndResize, Conv
///    and MatMul, and takes Elu for a ReLU: networks with these may get other types there.
///  symmetric: s8.
/// A choice of u8 or s8 in the configuration overrules both.
[[nodiscard]] QuantParams choose_activation(const Graph& graph, const Node& node,
                                            const Range& range, ActivationType type,
                                            ActivationRule rule);

/// What a w8a16 layer gets beyond the measured range: rare hot cells lie outside of what a few
/// calibration events show, and a factor of 2 costs one bit of sixteen. With RangeAlgorithm::minmax
/// only; the other algorithms say themselves how far a range goes.
inline constexpr float w8a16_headroom = 2.0F;

/// Pure: equal arguments give equal plans. Throws ModelError for a layer of the configuration that
/// the graph or the table does not have.
[[nodiscard]] QuantPlan make_plan(const Graph& graph, const CalibrationTable& table,
                                  const TuningConfig& config, ActivationRule rule,
                                  WeightCache& weights, const Corrections& corrections = {});

/// The graph with those layers quantized.
[[nodiscard]] Graph apply_plan(const Graph& graph, const QuantPlan& plan);

}  // namespace caloquant
