#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/io/files/h5file.hpp"

namespace caloquant::testing {

/// A small shower file with 2 x 3 x 4 cells per event, to be spoilt by a test before it is written.
struct FileContent {
  static constexpr std::int64_t cells = 24;

  Shape image{2, 3, 4};
  std::vector<double> energies;  ///< [GeV]
  std::vector<double> angles;    ///< [rad]
  std::vector<double> images;    ///< file units
  DType dtype = DType::f32;
  int compression = 0;
  bool with_images = true;

  /// Rows 0 .. n-1: energy 100 + start + row, angle 1 + (start + row) / 1000, cell c holds
  /// (start + row) + c / 100, at least 20 file units in all.
  static FileContent of(std::int64_t n, std::int64_t start = 0);

  void write_variable_angle(const std::filesystem::path& file) const;
  /// target [N, 3] = (11, energy, 0).
  void write_fixed_angle(const std::filesystem::path& file) const;
};

/// Writes numbers as f32 or f64.
void write_numbers(H5File& file, const std::string& dataset, const Shape& shape, DType dtype,
                   const std::vector<double>& values, int compression = 0);

}  // namespace caloquant::testing
