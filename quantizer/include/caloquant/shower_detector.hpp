#pragma once

// What full and fast simulation of a calorimeter share: its cells, the window that becomes an
// image, and the rule which particles a network may draw.

#include <array>
#include <caloquant/shower_generator.hpp>
#include <cstddef>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// The frame turned about its z until `direction` (any length, into the calorimeter) lies in its
/// y-z plane, because images know one angle only. Of the two ways to do so the one that turns less
/// is taken. A direction along z, or one that leaves the calorimeter, turns nothing.
[[nodiscard]] ShowerFrame turned_to(const ShowerFrame& frame, const Vector3& direction);

/// Which particles are drawn by the network; the others are simulated. The limits are those that
/// 3DGAN's showers were made with, and they belong to the range, with 1e-9 for rounding.
struct ShowerTrigger {
  double lowest_energy = 2.0;                         ///< [GeV]
  double highest_energy = 500.0;                      ///< [GeV]
  double lowest_theta = std::numbers::pi / 3.0;       ///< to the beam [rad]
  double highest_theta = 2.0 * std::numbers::pi / 3;  ///< to the beam [rad]
  double edge_distance = 130.05;  ///< of the entry from the nearest edge [mm]; half an image

  /// A particle of `energy` [GeV] at `theta` [rad] that enters `distance` [mm] from the edge. What
  /// is not a number is not accepted.
  [[nodiscard]] bool accepts(double energy, double theta, double distance) const;
};

/// The cells of a flat calorimeter, `columns` along x and `rows` along y, about the middle of its
/// face: an odd number has one cell in the middle.
class CellGrid {
 public:
  /// Throws DataError for no cells, no layers, layers that are not in order, or a pitch that is not
  /// positive.
  CellGrid(CellGeometry geometry, std::size_t columns, std::size_t rows);

  [[nodiscard]] std::size_t columns() const { return columns_; }                  ///< along x
  [[nodiscard]] std::size_t rows() const { return rows_; }                        ///< along y
  [[nodiscard]] std::size_t layers() const { return geometry_.depths.size(); }    ///< along z
  [[nodiscard]] std::size_t size() const { return columns_ * rows_ * layers(); }  ///< of all
  /// As it was given.
  [[nodiscard]] const CellGeometry& geometry() const { return geometry_; }

  /// Number of the cell at x, y [mm] from the middle of the face; none beside the calorimeter.
  [[nodiscard]] std::optional<std::size_t> find(double x, double y, std::size_t layer) const;
  /// The layer nearest to this depth [mm].
  [[nodiscard]] std::size_t layer_at(double depth) const;
  /// {column, row, layer} of a cell.
  [[nodiscard]] std::array<std::size_t, 3> position_of(std::size_t cell) const;
  /// Column at x, or row at y [mm], also beside the calorimeter.
  [[nodiscard]] std::ptrdiff_t column_at(double x) const;
  [[nodiscard]] std::ptrdiff_t row_at(double y) const;  ///< see column_at()

 private:
  CellGeometry geometry_;
  std::size_t columns_;
  std::size_t rows_;
};

/// The energies of one event in the cells of a grid. What was touched is known, so that an event
/// costs what its shower costs. Allocates in the constructor only.
class CellEnergies {
 public:
  /// Room for all cells of `grid`, all without energy.
  explicit CellEnergies(const CellGrid& grid);

  /// As it was given.
  [[nodiscard]] const CellGrid& grid() const { return grid_; }
  /// `energy` [GeV]; cells below grid().size().
  void add(std::size_t cell, double energy);
  /// [GeV]
  [[nodiscard]] double at(std::size_t cell) const { return energies_[cell]; }
  /// In the order in which they were first touched.
  [[nodiscard]] std::span<const std::size_t> touched() const { return touched_; }
  /// For the next event.
  void clear();

 private:
  CellGrid grid_;
  std::vector<double> energies_;  ///< [columns, rows, layers] in GeV
  std::vector<std::size_t> touched_;
};

/// Energies of one event, in and beside the window of its image.
struct WindowSums {
  double inside = 0.0;   ///< [GeV]
  double outside = 0.0;  ///< [GeV]
};

/// Cuts images out of a calorimeter as the training images of 3DGAN were: along x about the cell
/// where the particle entered, along y about the energy barycentre, rounded to a cell.
class ShowerWindow {
 public:
  /// `cells`: [X, Y, Z] of images. Throws DataError for another number of layers than the grid's.
  ShowerWindow(const CellGrid& grid, const std::array<std::size_t, 3>& cells);

  /// `x`: where the particle entered [mm]. `image`: [X, Y, Z] in GeV, written as a whole; parts of
  /// the window beside the calorimeter stay 0. Throws UsageError for an image of another size.
  [[nodiscard]] WindowSums cut(const CellEnergies& energies, double x,
                               std::span<float> image) const;

 private:
  CellGrid grid_;
  std::array<std::size_t, 3> cells_;
};

}  // namespace caloquant
#pragma GCC visibility pop
