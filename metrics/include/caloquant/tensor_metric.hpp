#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// How near the outputs of any network are to a reference. Formulas: metrics/README.md.
enum class TensorMetric {
  mse,                  ///< mean squared error; lower is better
  sqnr,                 ///< signal to quantization noise [dB], 150 at most; higher is better
  cosine,               ///< mean cosine similarity of events; higher is better
  max_abs,              ///< largest absolute difference; lower is better
  classification_top1,  ///< part of the places where the largest class is the right one; higher
};
[[nodiscard]] std::string_view name_of(TensorMetric metric) noexcept;
[[nodiscard]] std::span<const TensorMetric> all_tensor_metrics() noexcept;
/// Nothing for a name of no metric.
[[nodiscard]] std::optional<TensorMetric> tensor_metric_from(std::string_view name) noexcept;
[[nodiscard]] bool higher_is_better(TensorMetric metric) noexcept;

/// What outputs are compared with.
enum class TensorReference {
  fp32_paired,  ///< those of the FP32 model for the same events
  dataset,      ///< targets or class numbers from the data files
};
[[nodiscard]] std::string_view name_of(TensorReference reference) noexcept;

/// A metric of any network, and what it compares with.
struct TensorMetricOptions {
  TensorMetric metric = TensorMetric::mse;                   ///< the formula
  TensorReference reference = TensorReference::fp32_paired;  ///< of the outputs
  /// classification_top1: axis of the classes in an output [N, ...], not 0; negative counts from
  /// the end. Empty: the only one that an output [N, C] has.
  std::optional<int> class_axis;

  friend bool operator==(const TensorMetricOptions&, const TensorMetricOptions&) = default;
};

/// "sqnr reference=fp32_paired"
[[nodiscard]] std::string describe(const TensorMetricOptions& options);

}  // namespace caloquant
#pragma GCC visibility pop
