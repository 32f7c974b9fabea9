#include "quantizer/plan/weight_cache.hpp"

#include <caloquant/error.hpp>

#include "calibration/corrections/reconstruct_rounding.hpp"
#include "ops/core/qmath.hpp"

namespace caloquant {
namespace {

WeightCache::Entry make_entry(const Tensor& weights, const WeightForm& form,
                              const LayerStatistics* statistics) {
  if (form.bf16) {
    return {std::make_shared<const Tensor>(to_bf16(weights)), {1.0F}, 0};
  }
  std::vector<float> scales = form.range == WeightRange::mse
                                  ? mse_weight_scales(weights, form.per_channel)
                                  : minmax_weight_scales(weights, form.per_channel);
  QuantizedWeights quantized = form.reconstruct
                                   ? reconstruct_rounding(weights, std::move(scales), *statistics)
                                   : quantize_weights(weights, std::move(scales));
  const std::int32_t limit = s16_limit(quantized.values);
  return {std::make_shared<const Tensor>(std::move(quantized.values)), std::move(quantized.scales),
          limit};
}

}  // namespace

const WeightCache::Entry& WeightCache::get(const Graph& graph, const Node& node,
                                           const WeightForm& form,
                                           const LayerStatistics* statistics) {
  const auto key = std::make_pair(node.name, form);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    return found->second;
  }
  const Tensor* weights = graph.constant(node, 1);
  if (weights == nullptr) {
    throw ModelError("layer '" + node.name + "'", "has no constant weights to quantize");
  }
  CALOQUANT_EXPECT(!form.reconstruct || statistics != nullptr);
  return entries_.emplace(key, make_entry(*weights, form, statistics)).first->second;
}

}  // namespace caloquant
