#include <caloquant/shower_detector.hpp>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <string>
#include <utility>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

std::ptrdiff_t cell_at(double across, double pitch, std::size_t cells) {
  return static_cast<std::ptrdiff_t>(std::floor(across / pitch + 0.5 * static_cast<double>(cells)));
}

double along(const Vector3& a, const Vector3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

}  // namespace

ShowerFrame turned_to(const ShowerFrame& frame, const Vector3& direction) {
  const double x = along(direction, frame.x);
  const double y = along(direction, frame.y);
  const double length = std::hypot(x, y);
  const double into = along(direction, frame.z);
  if (!(into > 0.0) || !(length > 1e-12 * into)) {
    return frame;
  }
  const double sign = y < 0.0 ? -1.0 : 1.0;
  const double cosine = sign * y / length;
  const double sine = sign * x / length;
  ShowerFrame turned = frame;
  for (std::size_t i = 0; i < 3; ++i) {
    turned.y[i] = cosine * frame.y[i] + sine * frame.x[i];
    turned.x[i] = cosine * frame.x[i] - sine * frame.y[i];
  }
  return turned;
}

bool ShowerTrigger::accepts(double energy, double theta, double distance) const {
  // A particle shot at exactly a limit may come out a rounding error beside it.
  constexpr double rounding = 1e-9;
  return energy >= lowest_energy * (1.0 - rounding) &&
         energy <= highest_energy * (1.0 + rounding) && theta >= lowest_theta - rounding &&
         theta <= highest_theta + rounding && distance >= edge_distance - rounding;
}

CellGrid::CellGrid(CellGeometry geometry, std::size_t columns, std::size_t rows)
    : geometry_(std::move(geometry)), columns_(columns), rows_(rows) {
  if (columns == 0 || rows == 0 || geometry_.depths.empty() || !(geometry_.pitch > 0.0)) {
    throw DataError("CellGrid",
                    "has " + counted(columns, "column") + ", " + counted(rows, "row") + ", " +
                        counted(geometry_.depths.size(), "layer") + " and a pitch of " +
                        std::to_string(geometry_.pitch) + " mm",
                    "at least one of each and a positive pitch are needed");
  }
  if (!std::ranges::is_sorted(geometry_.depths)) {
    throw DataError("CellGrid", "the layers are not in the order of their depths",
                    "give the depths from the front face on");
  }
}

std::ptrdiff_t CellGrid::column_at(double x) const {
  return cell_at(x, geometry_.pitch, columns_);
}

std::ptrdiff_t CellGrid::row_at(double y) const {
  return cell_at(y, geometry_.pitch, rows_);
}

std::optional<std::size_t> CellGrid::find(double x, double y, std::size_t layer) const {
  const std::ptrdiff_t column = column_at(x);
  const std::ptrdiff_t row = row_at(y);
  if (column < 0 || std::cmp_greater_equal(column, columns_) || row < 0 ||
      std::cmp_greater_equal(row, rows_) || layer >= layers()) {
    return std::nullopt;
  }
  return (static_cast<std::size_t>(column) * rows_ + static_cast<std::size_t>(row)) * layers() +
         layer;
}

std::size_t CellGrid::layer_at(double depth) const {
  const auto& depths = geometry_.depths;
  const auto above = std::ranges::lower_bound(depths, depth);
  if (above == depths.begin()) {
    return 0;
  }
  const auto below = std::prev(above);
  const bool nearer_below = above == depths.end() || depth - *below <= *above - depth;
  return static_cast<std::size_t>((nearer_below ? below : above) - depths.begin());
}

std::array<std::size_t, 3> CellGrid::position_of(std::size_t cell) const {
  const std::size_t stack = cell / layers();
  return {stack / rows_, stack % rows_, cell % layers()};
}

CellEnergies::CellEnergies(const CellGrid& grid) : grid_(grid), energies_(grid.size(), 0.0) {
  touched_.reserve(grid.size());
}

void CellEnergies::add(std::size_t cell, double energy) {
  if (!(energy > 0.0)) {
    return;
  }
  if (energies_[cell] == 0.0) {
    touched_.push_back(cell);
  }
  energies_[cell] += energy;
}

void CellEnergies::clear() {
  for (const std::size_t cell : touched_) {
    energies_[cell] = 0.0;
  }
  touched_.clear();
}

ShowerWindow::ShowerWindow(const CellGrid& grid, const std::array<std::size_t, 3>& cells)
    : grid_(grid), cells_(cells) {
  if (cells[2] != grid.layers()) {
    throw DataError("ShowerWindow", "the calorimeter has " + counted(grid.layers(), "layer"),
                    "the images have " + counted(cells[2], "layer"));
  }
}

WindowSums ShowerWindow::cut(const CellEnergies& energies, double x, std::span<float> image) const {
  if (image.size() != cells_[0] * cells_[1] * cells_[2]) {
    throw UsageError("ShowerWindow", "an image of " + counted(image.size(), "cell"),
                     "it must have " + std::to_string(cells_[0] * cells_[1] * cells_[2]));
  }
  std::ranges::fill(image, 0.0F);
  double sum = 0.0;
  double moment = 0.0;
  for (const std::size_t cell : energies.touched()) {
    sum += energies.at(cell);
    moment += energies.at(cell) * static_cast<double>(grid_.position_of(cell)[1]);
  }
  if (sum == 0.0) {
    return {};
  }
  const std::ptrdiff_t left = grid_.column_at(x) - static_cast<std::ptrdiff_t>(cells_[0] / 2);
  const std::ptrdiff_t low = std::lround(moment / sum) - static_cast<std::ptrdiff_t>(cells_[1] / 2);
  WindowSums sums;
  for (const std::size_t cell : energies.touched()) {
    const auto at = grid_.position_of(cell);
    const std::ptrdiff_t column = static_cast<std::ptrdiff_t>(at[0]) - left;
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(at[1]) - low;
    if (column < 0 || std::cmp_greater_equal(column, cells_[0]) || row < 0 ||
        std::cmp_greater_equal(row, cells_[1])) {
      sums.outside += energies.at(cell);
      continue;
    }
    sums.inside += energies.at(cell);
    const std::size_t stack =
        static_cast<std::size_t>(column) * cells_[1] + static_cast<std::size_t>(row);
    image[stack * cells_[2] + at[2]] = static_cast<float>(energies.at(cell));
  }
  return sums;
}

}  // namespace caloquant
