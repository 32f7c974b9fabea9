#pragma once

#include <caloquant/config.hpp>
#include <caloquant/qparams.hpp>
#include <caloquant/tuning.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "calibration/collect.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Everything needed to compute one layer below fp32.
struct LayerPlan {
  LayerQuant quant;
  std::shared_ptr<const Tensor> weights;  ///< s8 or bf16
};

/// The quantized layers by name; a layer that is not in it stays fp32.
struct QuantPlan {
  std::map<std::string, LayerPlan> layers;
};

/// Quantized weights by layer and form, made once and shared by all trials.
class WeightCache {
 public:
  enum class Form { per_channel, per_tensor, bf16 };
  struct Entry {
    std::shared_ptr<const Tensor> values;  ///< s8 or bf16
    std::vector<float> scales;
    std::int32_t s16_limit = 0;  ///< of s8 ones
  };
  [[nodiscard]] const Entry& get(const Graph& graph, const Node& node, Form form);

 private:
  std::map<std::pair<std::string, Form>, Entry> entries_;
};

/// Type and parameters of a layer's src from its measured range.
///  measured: s8 when the range is so symmetric that s8 loses less than 1 % of resolution (it needs
///    no zero point), else u8 with the zero point that the range asks for (0 for a range >= 0).
///  inc_u8_scaled: Dense: u8 with zero point; a convolution behind a ReLU, seen through BatchNorm
///    (Affine) and padding: u8 without zero point, which clamps everything negative to 0; any other
///    convolution: s8. What Intel Neural Compressor 1.13 to 3.9 does (insert_qdq_pattern.py,
///    _find_relu_node), decided as on the graph before collapse_upsample.
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
                                  WeightCache& weights);

/// The graph with those layers quantized.
[[nodiscard]] Graph apply_plan(const Graph& graph, const QuantPlan& plan);

}  // namespace caloquant
