#pragma once

#include <caloquant/tuning.hpp>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "calibration/corrections/layer_statistics.hpp"
#include "graph/ir/graph.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {

/// How the weights of a layer are stored.
struct WeightEncoding {
  bool bf16 = false;  ///< then nothing else counts
  bool per_channel = true;
  WeightRange range = WeightRange::minmax;
  bool reconstruct = false;  ///< reconstruct_rounding(), not the nearest

  [[nodiscard]] auto key() const { return std::tie(bf16, per_channel, range, reconstruct); }
  friend bool operator<(const WeightEncoding& a, const WeightEncoding& b) {
    return a.key() < b.key();
  }
};

/// Quantized weights by layer and encoding, made once and shared by all trials.
class WeightCache {
 public:
  struct Entry {
    std::shared_ptr<const Tensor> values;  ///< s8 or bf16
    std::vector<float> scales;
    std::int32_t s16_limit = 0;  ///< of s8 ones
  };
  /// Beside a src like `src` (layer_weight_scales(); of w8a16 with the smallest scale that it may
  /// get). `statistics` are needed for encoding.reconstruct. Throws ModelError for a layer without
  /// constant weights.
  [[nodiscard]] const Entry& get(const Graph& graph, const Node& node,
                                 const WeightEncoding& encoding, const QuantParams& src,
                                 const LayerStatistics* statistics = nullptr);

 private:
  using Key = std::pair<std::string, WeightEncoding>;
  [[nodiscard]] const std::vector<float>& free_scales(const Key& key, const Tensor& weights);

  std::map<Key, std::vector<float>> scales_;  ///< by the weights alone
  std::map<std::pair<Key, std::vector<float>>, Entry> entries_;
};

}  // namespace caloquant
