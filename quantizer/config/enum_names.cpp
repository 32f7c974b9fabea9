#include <caloquant/config.hpp>

namespace caloquant {

std::string_view name_of(Recipe recipe) noexcept {
  switch (recipe) {
    case Recipe::off:
      return "off";
    case Recipe::on:
      return "on";
    case Recipe::automatic:
      return "auto";
  }
  return "?";
}

std::string_view name_of(ActivationRule rule) noexcept {
  return rule == ActivationRule::measured ? "measured" : "inc_u8_scaled";
}

std::string_view name_of(CriterionKind kind) noexcept {
  return kind == CriterionKind::relative ? "relative" : "absolute";
}

}  // namespace caloquant
