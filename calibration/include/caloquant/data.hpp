#pragma once

#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// The layouts of the public shower files; f32 or f64, contiguous, chunked or compressed.
enum class DataLayout {
  /// ECAL [N, X, Y, Z] in 50 x GeV, energy [N] in GeV, theta [N] in rad, or mtheta where the file
  /// has no theta: the angle that was measured from the shower.
  variable_angle,
  fixed_angle,  ///< ECAL [N, X, Y, Z] in GeV, target [N, K >= 2] with column 1 = energy in GeV
};
[[nodiscard]] std::string_view name_of(DataLayout layout) noexcept;

/// What becomes of a shower file without energies.
enum class MissingEnergies {
  refuse,    ///< it is an error
  from_sum,  ///< they are estimated from the sum of the cells and the sampling fraction
};
[[nodiscard]] std::string_view name_of(MissingEnergies treatment) noexcept;

/// How the generator's input is made of an event's label and noise.
enum class InputEncoding {
  energy_angle_noise,  ///< [Ep / 100 GeV, theta in rad, noise(L - 2)]: the 51 x 51 x 25 generator
  energy_times_noise,  ///< Ep / 100 GeV * noise(L): the 25 x 25 x 25 generator
};
[[nodiscard]] std::string_view name_of(InputEncoding encoding) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
