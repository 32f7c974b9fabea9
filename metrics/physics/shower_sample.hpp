#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/physics/cell_counts.hpp"
#include "metrics/physics/event_features.hpp"
#include "metrics/physics/statistics.hpp"

namespace caloquant {

/// What a report needs of one sample of showers, accumulated in one pass: a row of features per
/// event (some 1.3 kB for 51 x 51 x 25 cells) and the cell spectrum per jackknife block. Images are
/// not kept. The same bits for every cut into calls and every number of threads.
class ShowerSample {
 public:
  /// `events` > 0 of the whole sample: they say to which jackknife block an event belongs.
  ShowerSample(const ImageExtents& extents, std::size_t events);

  /// The next events: images [n, X, Y, Z] in GeV, of primaries with energies [n] in GeV (> 0) and
  /// angles [n] in rad.
  void add(std::span<const float> images, std::span<const double> energies,
           std::span<const double> thetas, int threads = 1);
  /// Further numbers of the next events for a quantity with a name of its own, such as the output
  /// of a discriminator. Quantities come in the order of their first values.
  void add_quantity(const std::string& name, std::span<const double> values);

  [[nodiscard]] const ImageExtents& extents() const noexcept { return extents_; }
  [[nodiscard]] std::size_t events() const noexcept { return events_; }
  [[nodiscard]] bool complete() const noexcept { return added_ == events_; }
  /// One number per event added so far.
  [[nodiscard]] std::vector<double> feature(Feature feature) const;
  [[nodiscard]] std::vector<double> sparsity(std::size_t point) const;
  /// Slices of x, then of y, then of z [GeV].
  [[nodiscard]] std::vector<double> slice(std::size_t slice) const;
  [[nodiscard]] std::span<const double> row(std::size_t event) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::vector<double>>>& quantities()
      const noexcept {
    return quantities_;
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return spectra_.size(); }
  /// Of all events, or of all but those of one block.
  [[nodiscard]] CellSpectrum spectrum(MaybeBlock without = {}) const;

  /// Cells that were NaN or infinite; they count as 0.
  [[nodiscard]] std::size_t cells_not_finite() const noexcept { return cells_not_finite_; }
  /// Events whose cells sum to 0 or less.
  [[nodiscard]] std::size_t events_without_energy() const;

 private:
  [[nodiscard]] std::vector<double> column(std::size_t column) const;

  ImageExtents extents_;
  std::size_t events_;
  std::size_t added_ = 0;
  std::size_t cells_not_finite_ = 0;
  std::vector<double> rows_;  ///< [added, row_size(extents)]
  std::vector<CellSpectrum> spectra_;
  std::vector<std::pair<std::string, std::vector<double>>> quantities_;
};

}  // namespace caloquant
