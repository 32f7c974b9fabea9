#pragma once

#include <caloquant/config.hpp>

#include "calibration/tensors/tensor_events.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_source.hpp"

namespace caloquant {

/// Rows of arrays, in the data files or in memory (`given`), as they are: for any network.
class TensorSource : public EventSource {
 public:
  /// Throws DataError for arrays that are no inputs of the network, and for too few rows.
  TensorSource(const RunConfig& config, const Graph& fp32, const TensorArrays* given = nullptr);

  [[nodiscard]] EventRange calibration() const override { return split_.calibrating(); }
  [[nodiscard]] EventRange evaluation() const override { return split_.evaluating(); }
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const override { return files_; }
  void fill(std::int64_t first, std::int64_t count,
            std::span<const std::span<float>> inputs) const override;

 private:
  std::vector<std::filesystem::path> files_;
  EventSplit split_;
  TensorEvents inputs_;
};

/// What the network should put out for each event, from the data files: values like its outputs,
/// or for the only output of a classifier (`class_axis` >= 1) class numbers.
class TargetSource {
 public:
  /// Throws as TensorSource does.
  TargetSource(const RunConfig& config, const Graph& fp32, std::optional<std::size_t> class_axis,
               const TensorArrays* given = nullptr);

  /// Elements of an output's target of one event.
  [[nodiscard]] std::size_t elements(std::size_t output) const;
  void read(std::size_t output, std::int64_t first, std::int64_t count, std::span<float> dst) const;

 private:
  TensorEvents targets_;
};

}  // namespace caloquant
