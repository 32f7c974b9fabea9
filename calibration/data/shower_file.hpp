#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "calibration/data/data_options.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant {

/// One shower file, read by rows. Every method throws DataError "file:/dataset[row]: ...".
class ShowerFile {
 public:
  /// Opens it and checks the shapes of the labels, and those of ECAL where there is one.
  /// `image_shape` [X, Y, Z] is what images must have; empty: anything. `follow_links`: as
  /// H5File::open().
  ShowerFile(const std::filesystem::path& file, DataLayout layout, const Shape& image_shape,
             bool follow_links = false);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// [X, Y, Z]; empty where the file holds labels only.
  [[nodiscard]] const Shape& image_shape() const { return image_shape_; }
  /// Throws where there is no ECAL.
  void expect_images() const;

  /// Labels of rows [first, first + labels.size()). An energy that is not positive and finite, or
  /// an angle outside (0, pi), is an error.
  void read_labels(std::int64_t first, std::span<EventLabel> labels) const;

  /// Images [count, X, Y, Z] of rows from `first` on, in file units; cells below `threshold` become
  /// 0. A cell that is not finite is an error.
  void read_images(std::int64_t first, std::int64_t count, double threshold,
                   std::span<float> dst) const;

 private:
  [[nodiscard]] std::string place(const std::string& dataset, std::int64_t row) const;
  [[nodiscard]] Shape numeric_shape(const std::string& dataset) const;
  void check_variable_angle();
  void check_fixed_angle();
  void check_images(const Shape& wanted);

  H5File file_;
  DataLayout layout_;
  std::int64_t rows_ = 0;
  std::int64_t target_columns_ = 0;
  Shape image_shape_;
};

}  // namespace caloquant
