#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "calibration/showers/make_showers.hpp"
#include "calibration/showers/primaries.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant::showers {

/// A block of consecutive events.
struct ShowerRows {
  std::vector<PrimaryElectron> electrons;
  std::vector<float> images;  ///< [n, X, Y, Z] in GeV; in file units after write()
};

/// The HDF5 layouts described at make_showers(). One chunk per event, gzip 1: about 98 % of the
/// cells are zero.
class ShowerFileWriter {
 public:
  explicit ShowerFileWriter(const ShowerOptions& options);

  [[nodiscard]] std::int64_t transverse_cells() const;
  /// Cells of one image.
  [[nodiscard]] std::size_t cells() const;
  /// Rows from `first` on; scales rows.images to file units in place.
  void write(std::int64_t first, ShowerRows& rows);
  void commit() { file_.commit(); }

 private:
  void write_variable_angle(std::int64_t first, ShowerRows& rows);
  void write_fixed_angle(std::int64_t first, const ShowerRows& rows);

  Detector detector_;
  H5File file_;
};

}  // namespace caloquant::showers
