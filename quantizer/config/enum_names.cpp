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
  return kind == CriterionKind::relative ? "relative" : "absolute";
}

}  // namespace caloquant
