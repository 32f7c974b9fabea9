#include "calibration/data/shower_file.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr const char* images_path = "/ECAL";
constexpr const char* energy_path = "/energy";
constexpr const char* theta_path = "/theta";
constexpr const char* target_path = "/target";
/// Far above any detector; guards against allocating what a broken header claims.
constexpr double most_cells = 1e8;

/// Cells below `threshold` become 0, compared in the precision of the cells as CERN's loaders do.
void cut(std::span<float> cells, double threshold) {
  const auto limit = static_cast<float>(threshold);
  for (float& cell : cells) {
    cell = cell < limit ? 0.0F : cell;
  }
}

}  // namespace

ShowerFile::ShowerFile(const std::filesystem::path& file, DataLayout layout,
                       const Shape& image_shape, bool follow_links)
    : file_(H5File::open(file, ErrorKind::data, follow_links)), layout_(layout) {
  if (layout == DataLayout::variable_angle) {
    check_variable_angle();
  } else {
    check_fixed_angle();
  }
  if (file_.exists(images_path)) {
    check_images(image_shape);
  }
}

std::string ShowerFile::place(const std::string& dataset, std::int64_t row) const {
  return file_.path().string() + ":" + dataset + (row < 0 ? "" : "[" + std::to_string(row) + "]");
}

Shape ShowerFile::numeric_shape(const std::string& dataset) const {
  if (!file_.exists(dataset)) {
    const bool other =
        file_.exists(layout_ == DataLayout::variable_angle ? target_path : energy_path);
    throw DataError(place(dataset, -1), "there is no such dataset",
                    other ? "the file looks like the other layout: choose variable_angle or "
                            "fixed_angle accordingly"
                          : "the layout " + std::string(name_of(layout_)) + " needs it");
  }
  const H5DatasetInfo info = file_.info(dataset);
  if (info.element != H5Class::floating && info.element != H5Class::integer) {
    throw DataError(place(dataset, -1), "does not hold numbers", "f32 or f64 is expected");
  }
  return info.shape;
}

void ShowerFile::check_variable_angle() {
  for (const char* dataset : {energy_path, theta_path}) {
    const Shape shape = numeric_shape(dataset);
    if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1)) {
      throw DataError(place(dataset, -1), "has the shape " + to_string(shape),
                      "one number per event, [N], is expected");
    }
    if (dataset == energy_path) {
      rows_ = shape.front();
    } else if (shape.front() != rows_) {
      throw DataError(
          place(dataset, -1),
          "has " + counted(shape.front(), "row") + ", /energy has " + std::to_string(rows_),
          "every dataset needs one row per event");
    }
  }
}

void ShowerFile::check_fixed_angle() {
  const Shape shape = numeric_shape(target_path);
  if (shape.size() != 2 || shape[1] < 2 || shape[1] > 64) {
    throw DataError(place(target_path, -1), "has the shape " + to_string(shape),
                    "[N, K] with the energy in GeV in column 1 is expected");
  }
  rows_ = shape.front();
  target_columns_ = shape[1];
}

void ShowerFile::check_images(const Shape& wanted) {
  const Shape shape = numeric_shape(images_path);
  const Shape image(shape.empty() ? shape.end() : shape.begin() + 1, shape.end());
  double cells = 1.0;
  for (const std::int64_t extent : image) {
    cells *= static_cast<double>(extent);
  }
  if (image.size() != 3 || cells < 1.0 || cells > most_cells) {
    throw DataError(place(images_path, -1), "has the shape " + to_string(shape),
                    "[N, X, Y, Z] is expected");
  }
  if (!wanted.empty() && image != wanted) {
    throw DataError(place(images_path, -1), "has images of " + to_string(image),
                    to_string(wanted) + " is expected, as the model and the other files have");
  }
  if (shape.front() != rows_) {
    throw DataError(
        place(images_path, -1),
        "has " + counted(shape.front(), "row") + ", the labels have " + std::to_string(rows_),
        "every dataset needs one row per event");
  }
  image_shape_ = image;
}

void ShowerFile::expect_images() const {
  if (image_shape_.empty()) {
    throw DataError(place(images_path, -1), "there is no such dataset",
                    "shower images are needed here");
  }
}

void ShowerFile::read_labels(std::int64_t first, std::span<EventLabel> labels) const {
  const auto count = static_cast<std::int64_t>(labels.size());
  const bool variable = layout_ == DataLayout::variable_angle;
  const std::size_t columns = variable ? 1 : static_cast<std::size_t>(target_columns_);
  std::vector<double> energies(labels.size() * columns);
  std::vector<double> angles(labels.size(), 0.5 * std::numbers::pi);
  file_.read_rows(variable ? energy_path : target_path, first, count, std::span(energies));
  if (variable) {
    file_.read_rows(theta_path, first, count, std::span(angles));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t row = first + static_cast<std::int64_t>(i);
    labels[i] = {.energy = energies[i * columns + (variable ? 0 : 1)], .theta = angles[i]};
    expect_label(labels[i], place(variable ? energy_path : target_path, row),
                 place(theta_path, row));
  }
}

void ShowerFile::read_images(std::int64_t first, std::int64_t count, double threshold,
                             std::span<float> dst) const {
  expect_images();
  file_.read_rows(images_path, first, count, dst);
  const auto bad = std::ranges::find_if_not(dst, [](float cell) { return std::isfinite(cell); });
  if (bad != dst.end()) {
    const std::int64_t row = first + (bad - dst.begin()) / element_count(image_shape_);
    throw DataError(place(images_path, row), "a cell is not a finite number",
                    "the file is damaged or was written by a failed simulation");
  }
  if (threshold > 0.0) {
    cut(dst, threshold);
  }
}

}  // namespace caloquant
