#include <caloquant/config.hpp>

namespace caloquant {

std::string_view name_of(CorrectionMode recipe) noexcept {
  switch (recipe) {
    case CorrectionMode::off:
      return "off";
    case CorrectionMode::on:
      return "on";
    case CorrectionMode::automatic:
      return "auto";
  }
  return "?";
}

std::string_view name_of(ActivationRule rule) noexcept {
  switch (rule) {
    case ActivationRule::measured:
      return "measured";
    case ActivationRule::inc_u8_scaled:
      return "inc_u8_scaled";
    case ActivationRule::symmetric:
      return "symmetric";
  }
  return "?";
}

std::string_view name_of(CriterionKind kind) noexcept {
  switch (kind) {
    case CriterionKind::relative:
      return "relative";
    case CriterionKind::absolute:
      return "absolute";
    case CriterionKind::limit:
      return "limit";
  }
  return "?";
}

std::string describe(const MetricConfig& metric) {
  if (metric.given) {
    return metric.name + " reference=" + std::string(name_of(metric.tensor->reference));
  }
  return metric.tensor ? describe(*metric.tensor) : describe(metric.loss);
}

}  // namespace caloquant
