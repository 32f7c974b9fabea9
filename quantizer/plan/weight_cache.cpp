#include "quantizer/plan/weight_cache.hpp"

#include <caloquant/error.hpp>

#include "calibration/corrections/reconstruct_rounding.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

WeightCache::Entry make_entry(const Tensor& weights, const WeightEncoding& encoding,
                              std::vector<float> scales, const LayerStatistics* statistics) {
  if (encoding.bf16) {
    return {std::make_shared<const Tensor>(to_bf16(weights)), {1.0F}, 0};
  }
  QuantizedWeights quantized = encoding.reconstruct
                                   ? reconstruct_rounding(weights, std::move(scales), *statistics)
                                   : quantize_weights(weights, std::move(scales));
  const std::int32_t limit = s16_limit(quantized.values);
  return {std::make_shared<const Tensor>(std::move(quantized.values)), std::move(quantized.scales),
          limit};
}

}  // namespace

const std::vector<float>& WeightCache::free_scales(const Key& key, const Tensor& weights) {
  const auto found = scales_.find(key);
  if (found != scales_.end()) {
    return found->second;
  }
  const WeightEncoding& encoding = key.second;
  std::vector<float> scales;
  if (!encoding.bf16) {
    scales = encoding.range == WeightRange::mse
                 ? mse_weight_scales(weights, encoding.per_channel)
                 : minmax_weight_scales(weights, encoding.per_channel);
  }
  return scales_.emplace(key, std::move(scales)).first->second;
}

const WeightCache::Entry& WeightCache::get(const Graph& graph, const Node& node,
                                           const WeightEncoding& encoding, const QuantParams& src,
                                           const LayerStatistics* statistics) {
  const Tensor* weights = graph.constant(node, 1);
  if (weights == nullptr) {
    throw ModelError("layer '" + node.name + "'", "has no constant weights to quantize");
  }
  CALOQUANT_EXPECT(!encoding.reconstruct || statistics != nullptr);
  const Key encoding_of_layer{node.name, encoding};
  const auto key = std::make_pair(
      encoding_of_layer, layer_weight_scales(free_scales(encoding_of_layer, *weights), *weights,
                                             src, graph.constant(node, 2)));
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    return found->second;
  }
  return entries_.emplace(key, make_entry(*weights, encoding, key.second, statistics))
      .first->second;
}

}  // namespace caloquant
