#include "calibration/data/label_sources.hpp"

#include <cstdio>

namespace caloquant {
namespace {

/// "0.0221 - 0.0028 x", with x = E / 100 GeV.
std::string fraction_text(const SamplingFraction& fraction) {
  std::string text;
  for (std::size_t power = 0; power < fraction.coefficients().size(); ++power) {
    const double value = fraction.coefficients()[power];
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%.6g", power == 0 || value >= 0.0 ? value : -value);
    text += power == 0 ? "" : value < 0.0 ? " - " : " + ";
    text += buffer;
    text += power == 0 ? "" : power == 1 ? " x" : " x^" + std::to_string(power);
  }
  return text + (fraction.coefficients().size() > 1 ? " with x = E / 100 GeV" : "");
}

std::string part_of(std::int64_t count, std::int64_t events) {
  return count == events ? "" : std::to_string(count) + " of " + std::to_string(events) + " ";
}

}  // namespace

void LabelSources::add(const LabelSources& more) {
  events += more.events;
  estimated_energies += more.estimated_energies;
  measured_angles += more.measured_angles;
  if (!fraction) {
    fraction = more.fraction;
  }
}

std::vector<std::string> LabelSources::notes() const {
  std::vector<std::string> notes;
  if (estimated_energies > 0 && fraction) {
    std::string text = part_of(estimated_energies, events) +
                       "primary energies are estimated from the sums of the cells and ";
    if (fraction->is_published()) {
      // The numbers are measured (calibration/README.md).
      text +=
          "the published sampling fraction (25 x 25 x 25 cells, 90 degrees): each is off by some 7 "
          "%, and for Geant4 showers of 60 to 120 degrees in 51 x 51 x 25 cells all are 11 % too "
          "high";
    } else {
      text += "the sampling fraction " + fraction_text(*fraction) + ", which was given";
    }
    notes.push_back(std::move(text));
  }
  if (measured_angles > 0) {
    notes.push_back(part_of(measured_angles, events) +
                    "angles are those measured from the showers (mtheta): the files have no theta");
  }
  return notes;
}

}  // namespace caloquant
