#pragma once

#include <caloquant/data.hpp>
#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibration/data/event_split.hpp"
#include "calibration/data/sampling_fraction.hpp"

namespace caloquant {

/// Conventions of a layout, as in CERN's loaders of these files.
struct LayoutTraits {
  float units_per_gev;    ///< file units per GeV
  double cell_threshold;  ///< cells below become 0 [file units]
  double minimum_sum;     ///< events with a sum of cells <= this are dropped [file units]; 0: none
};
[[nodiscard]] LayoutTraits traits_of(DataLayout layout) noexcept;

/// Which showers to read.
struct DataOptions {
  DataLayout layout = DataLayout::variable_angle;
  /// Paths or patterns with * and ? (not across '/'), relative to base_folder.
  std::vector<std::string> files;
  std::filesystem::path base_folder;
  /// In file units; 0 switches off; empty: as traits_of(layout).
  std::optional<double> cell_threshold;
  std::optional<double> minimum_sum;
  /// Extents [X, Y, Z] that images must have; empty: those of the first file.
  Shape image_shape;
  EventSplit split{};
  bool follow_links = false;  ///< files may have parts in other files of their folder
  /// What energies are estimated with in files that hold none; empty: such files are refused.
  std::optional<SamplingFraction> energies_from_sum;

  [[nodiscard]] double cell_threshold_or_default() const {
    return cell_threshold.value_or(traits_of(layout).cell_threshold);
  }
  [[nodiscard]] double minimum_sum_or_default() const {
    return minimum_sum.value_or(traits_of(layout).minimum_sum);
  }
};

/// What is known of an event besides its image.
struct EventLabel {
  double energy = 0.0;  ///< of the primary electron [GeV], > 0
  double theta = 0.0;   ///< to the beam [rad], in (0, pi); pi/2 in the fixed-angle layout

  friend bool operator==(const EventLabel&, const EventLabel&) = default;
};

/// Throws DataError, at one of the places, for an energy that is not positive and finite or an
/// angle outside (0, pi).
void expect_label(const EventLabel& label, const std::string& energy_place,
                  const std::string& theta_place);

}  // namespace caloquant
