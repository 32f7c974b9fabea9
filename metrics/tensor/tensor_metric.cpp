#include <algorithm>
#include <array>
#include <caloquant/tensor_metric.hpp>

namespace caloquant {

std::string_view name_of(TensorMetric metric) noexcept {
  switch (metric) {
    case TensorMetric::mse:
      return "mse";
    case TensorMetric::sqnr:
      return "sqnr";
    case TensorMetric::cosine:
      return "cosine";
    case TensorMetric::max_abs:
      return "max_abs";
    case TensorMetric::classification_top1:
      return "classification_top1";
  }
  return "?";
}

std::span<const TensorMetric> all_tensor_metrics() noexcept {
  static constexpr std::array metrics{TensorMetric::mse, TensorMetric::sqnr, TensorMetric::cosine,
                                      TensorMetric::max_abs, TensorMetric::classification_top1};
  return metrics;
}

std::optional<TensorMetric> tensor_metric_from(std::string_view name) noexcept {
  const auto all = all_tensor_metrics();
  const auto found =
      std::ranges::find(all, name, [](TensorMetric metric) { return name_of(metric); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

bool higher_is_better(TensorMetric metric) noexcept {
  return metric != TensorMetric::mse && metric != TensorMetric::max_abs;
}

std::string_view name_of(TensorReference reference) noexcept {
  return reference == TensorReference::dataset ? "dataset" : "fp32_paired";
}

std::string describe(const TensorMetricOptions& options) {
  std::string text(name_of(options.metric));
  text += " reference=" + std::string(name_of(options.reference));
  if (options.class_axis) {
    text += " class_axis=" + std::to_string(*options.class_axis);
  }
  return text;
}

}  // namespace caloquant
