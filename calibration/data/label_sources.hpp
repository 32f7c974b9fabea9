#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibration/data/sampling_fraction.hpp"

namespace caloquant {

/// Where the energies and angles of some events come from, for everything that is said of them.
struct LabelSources {
  std::int64_t events = 0;
  std::int64_t estimated_energies = 0;         ///< from the sums of cells
  std::optional<SamplingFraction> fraction{};  ///< that they are estimated with, if any is
  std::int64_t measured_angles = 0;            ///< mtheta, measured from the shower

  /// More events.
  void add(const LabelSources& more);
  /// Sentences for people; empty where all labels stand in the files as they are.
  [[nodiscard]] std::vector<std::string> notes() const;
};

}  // namespace caloquant
