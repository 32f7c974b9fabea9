#pragma once

#include <array>
#include <caloquant/config.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "calibration/data/latents.hpp"
#include "graph/json/json.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

/// Every value of an enum of the config; its names are those of name_of().
template <typename E>
inline constexpr std::array<E, 0> values_of{};
template <>
inline constexpr std::array values_of<Precision>{Precision::fp32, Precision::int8, Precision::w8a16,
                                                 Precision::w8, Precision::bf16};
template <>
inline constexpr std::array values_of<RangeAlgorithm>{RangeAlgorithm::minmax,
                                                      RangeAlgorithm::minmax_headroom,
                                                      RangeAlgorithm::moving_average,
                                                      RangeAlgorithm::percentile,
                                                      RangeAlgorithm::mse,
                                                      RangeAlgorithm::kl,
                                                      RangeAlgorithm::aciq,
                                                      RangeAlgorithm::automatic};
template <>
inline constexpr std::array values_of<AciqPrior>{AciqPrior::likelier, AciqPrior::laplace,
                                                 AciqPrior::gauss};
template <>
inline constexpr std::array values_of<WeightRange>{WeightRange::minmax, WeightRange::mse};
template <>
inline constexpr std::array values_of<Granularity>{Granularity::per_channel,
                                                   Granularity::per_tensor};
template <>
inline constexpr std::array values_of<ActivationType>{ActivationType::automatic, ActivationType::u8,
                                                      ActivationType::s8};
template <>
inline constexpr std::array values_of<DataLayout>{DataLayout::variable_angle,
                                                  DataLayout::fixed_angle};
template <>
inline constexpr std::array values_of<InputEncoding>{InputEncoding::energy_angle_noise,
                                                     InputEncoding::energy_times_noise};
template <>
inline constexpr std::array values_of<CorrectionMode>{CorrectionMode::off, CorrectionMode::on,
                                                      CorrectionMode::automatic};
template <>
inline constexpr std::array values_of<ActivationRule>{
    ActivationRule::measured, ActivationRule::inc_u8_scaled, ActivationRule::symmetric};
template <>
inline constexpr std::array values_of<OnnxProfile> = onnx_profiles;
template <>
inline constexpr std::array values_of<CriterionKind>{CriterionKind::relative,
                                                     CriterionKind::absolute, CriterionKind::limit};
template <>
inline constexpr std::array values_of<Objective>{Objective::fastest, Objective::smallest,
                                                 Objective::accurate};

/// The value of a name that the schema has let through.
template <typename E>
[[nodiscard]] E enum_of(const Json& name) {
  const auto& text = name.get_ref<const std::string&>();
  for (const E value : values_of<E>) {
    if (name_of(value) == text) {
      return value;
    }
  }
  CALOQUANT_EXPECT(false);  // the schema allows a name that the enum does not have
  std::abort();
}

/// The same for one name or a list of names.
template <typename E>
[[nodiscard]] std::vector<E> enums_of(const Json& names) {
  if (!names.is_array()) {
    return {enum_of<E>(names)};
  }
  std::vector<E> values;
  for (const Json& name : names) {
    values.push_back(enum_of<E>(name));
  }
  return values;
}

template <typename E>
[[nodiscard]] Json names_of(const std::vector<E>& values) {
  Json names = Json::array();
  for (const E value : values) {
    names.push_back(name_of(value));
  }
  return names;
}

}  // namespace caloquant
