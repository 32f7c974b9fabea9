#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

namespace caloquant {

/// Sum of all cells over the energy of the primary electron, as a polynomial in E / 100 GeV up to
/// highest_energy, where it stays what it is there. It turns the sum of an image into an energy
/// where a file holds none.
class SamplingFraction {
 public:
  static constexpr double highest_energy =
      500.0;  ///< [GeV] of what the published one was fitted to
  static constexpr std::size_t most_coefficients = 8;

  /// 0.0221 - 0.0028 x + 0.0011 x^2 - 0.00023 x^3 + 0.000018 x^4 with x = E / 100 GeV: the fit to
  /// Geant4 electrons at 90 degrees in 25 x 25 x 25 cells that the 3DGAN analysis uses
  /// (GetEcalFit in svalleco/3Dgan, keras/analysis/utils/RootPlotsGAN.py).
  static constexpr std::array<double, 5> published{0.0221, -0.0028, 0.0011, -0.00023, 0.000018};

  /// Coefficients of 1, E / 100 GeV, (E / 100 GeV)^2, ... Empty: `published`. They must have no
  /// problem.
  explicit SamplingFraction(std::vector<double> coefficients = {});
  /// What is wrong with coefficients: there are none or too many, a fraction that is not in (0, 1],
  /// or sums that do not grow with the energy up to highest_energy. Empty: nothing.
  [[nodiscard]] static std::string problem_of(std::span<const double> coefficients);

  [[nodiscard]] double at(double energy) const;  ///< [GeV]
  /// The energy [GeV] with at(energy) * energy = `sum` [GeV], to rounding; `sum` is positive and
  /// finite.
  [[nodiscard]] double energy_of(double sum) const;
  [[nodiscard]] const std::vector<double>& coefficients() const { return coefficients_; }
  [[nodiscard]] bool is_published() const;

 private:
  std::vector<double> coefficients_;
};

}  // namespace caloquant
