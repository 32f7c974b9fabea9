#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "calibration/data/data_options.hpp"
#include "calibration/data/label_sources.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant {

/// One shower file, read by rows. Every method throws DataError "file:/dataset[row]: ...".
class ShowerFile {
 public:
  /// Opens it and checks the shapes of the labels, and those of ECAL where there is one.
  /// `image_shape` [X, Y, Z] is what images must have; empty: anything. `follow_links`: as
  /// H5File::open(). `energies_from_sum`: what energies are estimated with where the file has none.
  ShowerFile(const std::filesystem::path& file, DataLayout layout, const Shape& image_shape,
             bool follow_links = false, std::optional<SamplingFraction> energies_from_sum = {});

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// [X, Y, Z]; empty where the file holds labels only.
  [[nodiscard]] const Shape& image_shape() const { return image_shape_; }
  /// Throws where there is no ECAL.
  void expect_images() const;

  /// Energies are estimated from the dataset `sum`, or from the cells where there is none; angles
  /// are those measured from the shower, `mtheta`, for want of `theta`. Of so many events.
  [[nodiscard]] LabelSources label_sources(std::int64_t events) const;

  /// Labels of rows [first, first + labels.size()). An energy that is not positive and finite, a
  /// sum that no energy can be estimated from, or an angle outside (0, pi) is an error, but for
  /// rows that `keep` (as long as labels; empty: all are kept) has as 0.
  void read_labels(std::int64_t first, std::span<EventLabel> labels,
                   std::span<const char> keep = {}) const;

  /// Images [count, X, Y, Z] of rows from `first` on, in file units; cells below `threshold` become
  /// 0. A cell that is not finite is an error.
  void read_images(std::int64_t first, std::int64_t count, double threshold,
                   std::span<float> dst) const;

 private:
  [[nodiscard]] std::string place(const std::string& dataset, std::int64_t row) const;
  [[nodiscard]] Shape numeric_shape(const std::string& dataset) const;
  [[nodiscard]] bool is_variable() const { return layout_ == DataLayout::variable_angle; }
  [[noreturn]] void fail_without(const std::string& dataset) const;
  void find_labels();
  void check_label(const std::string& dataset);
  void check_target();
  void check_sums();
  void check_images(const Shape& wanted);
  /// Energies of rows as the file has them.
  void read_energies(std::int64_t first, std::span<double> energies) const;
  void estimate_energies(std::int64_t first, std::span<double> energies,
                         std::span<const char> keep) const;
  void expect_sums_of_cells(std::int64_t first, std::span<const double> sums) const;
  /// In file units, of the cells as they are.
  void add_up_cells(std::int64_t first, std::span<double> sums) const;

  H5File file_;
  DataLayout layout_;
  std::optional<SamplingFraction> energies_from_sum_;  ///< only where the file has no energies
  std::string energy_path_;                            ///< of energies, target or sums
  std::string angle_path_;                             ///< empty: none are read
  std::string counted_by_;                             ///< the dataset whose rows are counted
  std::int64_t rows_ = 0;
  std::int64_t target_columns_ = 0;
  Shape image_shape_;
};

}  // namespace caloquant
