#include <caloquant/config.hpp>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<CorrectionMode> correction_modes({{CorrectionMode::off, "off"},
                                                      {CorrectionMode::on, "on"},
                                                      {CorrectionMode::automatic, "auto"}});
constexpr EnumNames<ActivationRule> activation_rules({{ActivationRule::measured, "measured"},
                                                      {ActivationRule::inc_u8_scaled,
                                                       "inc_u8_scaled"},
                                                      {ActivationRule::symmetric, "symmetric"}});
constexpr EnumNames<CriterionKind> criterion_kinds({{CriterionKind::relative, "relative"},
                                                    {CriterionKind::absolute, "absolute"},
                                                    {CriterionKind::limit, "limit"}});
constexpr EnumNames<Criteria> criteria_names({{Criteria::physics, "physics"},
                                              {Criteria::loss_only, "loss_only"}});

}  // namespace

std::string_view name_of(CorrectionMode mode) noexcept {
  return correction_modes[mode];
}

std::string_view name_of(ActivationRule rule) noexcept {
  return activation_rules[rule];
}

std::string_view name_of(CriterionKind kind) noexcept {
  return criterion_kinds[kind];
}

std::string_view name_of(Criteria criteria) noexcept {
  return criteria_names[criteria];
}

std::string describe(const MetricConfig& metric) {
  if (metric.given) {
    return metric.name + " reference=" + std::string(name_of(metric.tensor->reference));
  }
  return metric.tensor ? describe(*metric.tensor) : describe(metric.loss);
}

}  // namespace caloquant
