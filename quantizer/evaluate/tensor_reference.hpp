#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/evaluate/tensor_source.hpp"

namespace caloquant {

/// The outputs of one batch.
class BatchSample : public OutputSample {
 public:
  void add(std::int64_t first, std::int64_t count,
           std::span<const std::span<const float>> outputs) override;
  [[nodiscard]] const std::vector<std::vector<float>>& outputs() const { return outputs_; }

 private:
  std::vector<std::vector<float>> outputs_;
};

/// What the outputs of events are compared with: kept in memory where they fit, else of the batch
/// that the fp32 model has just computed beside, or read from the files again.
class TensorReferences {
 public:
  /// Bytes that are kept in memory.
  static constexpr std::size_t most_kept = std::size_t{512} << 20;

  /// `elements`: of the reference of one event, by output; `most`: bytes to keep.
  TensorReferences(std::vector<std::size_t> elements, std::int64_t events,
                   std::size_t most = most_kept);
  [[nodiscard]] bool fits() const;

  /// Keeps the outputs of events; in order.
  void keep(std::int64_t first, std::int64_t count,
            std::span<const std::span<const float>> outputs);
  /// References of `count` events from event number `first` of the sample on, [count, elements] by
  /// output: kept ones, else those of `fp32_outputs`, else read from `targets` (which knows the
  /// sample as events from `origin` on).
  [[nodiscard]] std::vector<std::span<const float>> batch(
      std::int64_t first, std::int64_t count, const BatchSample* fp32_outputs,
      const TargetSource* targets, std::int64_t origin,
      std::vector<std::vector<float>>& room) const;

 private:
  std::vector<std::size_t> elements_;
  std::int64_t events_;
  std::size_t most_;
  std::vector<std::vector<float>> kept_;
};

}  // namespace caloquant
