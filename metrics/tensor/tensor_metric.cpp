#include <caloquant/tensor_metric.hpp>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<TensorMetric> tensor_metric_names({{TensorMetric::mse, "mse"},
                                                       {TensorMetric::sqnr, "sqnr"},
                                                       {TensorMetric::cosine, "cosine"},
                                                       {TensorMetric::max_abs, "max_abs"},
                                                       {TensorMetric::classification_top1,
                                                        "classification_top1"}});
constexpr EnumNames<TensorReference> tensor_reference_names(
    {{TensorReference::fp32_paired, "fp32_paired"}, {TensorReference::dataset, "dataset"}});

}  // namespace

std::string_view name_of(TensorMetric metric) noexcept {
  return tensor_metric_names[metric];
}

std::span<const TensorMetric> all_tensor_metrics() noexcept {
  return enum_values<TensorMetric>;
}

std::optional<TensorMetric> tensor_metric_from(std::string_view name) noexcept {
  return enum_from<TensorMetric>(name);
}

bool higher_is_better(TensorMetric metric) noexcept {
  switch (metric) {
    case TensorMetric::mse:
    case TensorMetric::max_abs:
      return false;
    case TensorMetric::sqnr:
    case TensorMetric::cosine:
    case TensorMetric::classification_top1:
      return true;
  }
  return false;
}

std::string_view name_of(TensorReference reference) noexcept {
  return tensor_reference_names[reference];
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
