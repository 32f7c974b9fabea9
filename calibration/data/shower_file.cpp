#include "calibration/data/shower_file.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr const char* images_path = "/ECAL";
constexpr const char* energy_path = "/energy";
constexpr const char* theta_path = "/theta";
constexpr const char* measured_theta_path = "/mtheta";
constexpr const char* sum_path = "/sum";
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
                       const Shape& image_shape, bool follow_links,
                       std::optional<SamplingFraction> energies_from_sum)
    : file_(H5File::open(file, ErrorKind::data, follow_links)),
      layout_(layout),
      energies_from_sum_(std::move(energies_from_sum)) {
  find_labels();
  if (file_.exists(images_path)) {
    check_images(image_shape);
  }
}

std::string ShowerFile::place(const std::string& dataset, std::int64_t row) const {
  return file_.path().string() + ":" + dataset + (row < 0 ? "" : "[" + std::to_string(row) + "]");
}

LabelSources ShowerFile::label_sources(std::int64_t events) const {
  return {.events = events,
          .estimated_energies = energies_from_sum_ ? events : 0,
          .fraction = energies_from_sum_,
          .measured_angles = angle_path_ == measured_theta_path ? events : 0};
}

Shape ShowerFile::numeric_shape(const std::string& dataset) const {
  const H5DatasetInfo info = file_.info(dataset);
  if (info.element != H5Class::floating && info.element != H5Class::integer) {
    throw DataError(place(dataset, -1), "does not hold numbers", "f32 or f64 is expected");
  }
  return info.shape;
}

void ShowerFile::fail_without(const std::string& dataset) const {
  std::string remedy = "the layout " + std::string(name_of(layout_)) + " needs it";
  if (file_.exists(is_variable() ? target_path : energy_path) && dataset != theta_path) {
    remedy =
        "the file looks like the other layout: choose variable_angle or fixed_angle accordingly";
  } else if (dataset == theta_path) {
    remedy += ", or mtheta";
  } else if (file_.exists(images_path) || file_.exists(sum_path)) {
    remedy +=
        "; energies can be estimated from the sums of the cells, with \"missing_energies\": "
        "\"from_sum\" in \"data\" of a config or --missing-energies from_sum of a command";
  }
  throw DataError(place(dataset, -1), "there is no such dataset", remedy);
}

void ShowerFile::find_labels() {
  const std::string energies = is_variable() ? energy_path : target_path;
  if (file_.exists(energies)) {
    energies_from_sum_.reset();
    energy_path_ = energies;
    is_variable() ? check_label(energies) : check_target();
  } else if (!energies_from_sum_ || file_.exists(is_variable() ? target_path : energy_path)) {
    fail_without(energies);
  }
  if (is_variable()) {
    angle_path_ = file_.exists(theta_path)            ? theta_path
                  : file_.exists(measured_theta_path) ? measured_theta_path
                                                      : "";
    if (angle_path_.empty()) {
      fail_without(theta_path);
    }
    check_label(angle_path_);
  }
  if (energies_from_sum_) {
    check_sums();
  }
}

/// One number per event; the first such dataset says how many there are.
void ShowerFile::check_label(const std::string& dataset) {
  const Shape shape = numeric_shape(dataset);
  if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1)) {
    throw DataError(place(dataset, -1), "has the shape " + to_string(shape),
                    "one number per event, [N] or [N, 1], is expected");
  }
  if (counted_by_.empty()) {
    rows_ = shape.front();
    counted_by_ = dataset;
  } else if (shape.front() != rows_) {
    throw DataError(place(dataset, -1),
                    "has " + counted(shape.front(), "row") + ", " + counted_by_ + " has " +
                        std::to_string(rows_),
                    "every dataset needs one row per event");
  }
}

void ShowerFile::check_target() {
  const Shape shape = numeric_shape(target_path);
  if (shape.size() != 2 || shape[1] < 2 || shape[1] > 64) {
    throw DataError(place(target_path, -1), "has the shape " + to_string(shape),
                    "[N, K] with the energy in GeV in column 1 is expected");
  }
  rows_ = shape.front();
  counted_by_ = target_path;
  target_columns_ = shape[1];
}

/// What energies are estimated from.
void ShowerFile::check_sums() {
  energy_path_ = file_.exists(sum_path) ? sum_path : images_path;
  if (energy_path_ == sum_path) {
    check_label(sum_path);
  } else if (!file_.exists(images_path)) {
    throw DataError(place(images_path, -1), "there is no such dataset",
                    "energies are to be estimated from its cells, or from the dataset sum");
  } else if (const Shape shape = numeric_shape(images_path);
             counted_by_.empty() && !shape.empty()) {
    rows_ = shape.front();
    counted_by_ = images_path;
  }
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

void ShowerFile::read_labels(std::int64_t first, std::span<EventLabel> labels,
                             std::span<const char> keep) const {
  std::vector<double> energies(labels.size());
  if (energies_from_sum_) {
    estimate_energies(first, energies, keep);
  } else {
    read_energies(first, energies);
  }
  std::vector<double> angles(labels.size(), 0.5 * std::numbers::pi);
  if (!angle_path_.empty()) {
    file_.read_rows(angle_path_, first, std::ssize(angles), std::span(angles));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t row = first + static_cast<std::int64_t>(i);
    labels[i] = {.energy = energies[i], .theta = angles[i]};
    if (keep.empty() || keep[i] != 0) {
      expect_label(labels[i], place(energy_path_, row), place(angle_path_, row));
    }
  }
}

void ShowerFile::read_energies(std::int64_t first, std::span<double> energies) const {
  if (is_variable()) {
    file_.read_rows(energy_path_, first, std::ssize(energies), energies);
    return;
  }
  const auto columns = static_cast<std::size_t>(target_columns_);
  std::vector<double> target(energies.size() * columns);
  file_.read_rows(target_path, first, std::ssize(energies), std::span(target));
  for (std::size_t i = 0; i < energies.size(); ++i) {
    energies[i] = target[i * columns + 1];
  }
}

void ShowerFile::estimate_energies(std::int64_t first, std::span<double> energies,
                                   std::span<const char> keep) const {
  std::vector<double> sums(energies.size());
  if (energy_path_ == sum_path) {
    file_.read_rows(sum_path, first, std::ssize(sums), std::span(sums));
    expect_sums_of_cells(first, sums);
  } else {
    add_up_cells(first, sums);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const bool usable = std::isfinite(sums[i]) && sums[i] > 0.0;
    if (!usable && (keep.empty() || keep[i] != 0)) {
      throw DataError(place(energy_path_, first + static_cast<std::int64_t>(i)),
                      "the sum of the cells is " + std::to_string(sums[i]),
                      "no energy can be estimated from it: leave the event out, or give energies");
    }
    const auto units = static_cast<double>(traits_of(layout_).units_per_gev);
    energies[i] = usable ? energies_from_sum_->energy_of(sums[i] / units) : 0.0;
  }
}

/// Looks at the first event of the file, for a sum in other units than the cells.
void ShowerFile::expect_sums_of_cells(std::int64_t first, std::span<const double> sums) const {
  if (first != 0 || sums.empty() || image_shape_.empty() || !std::isfinite(sums[0])) {
    return;
  }
  std::vector<double> of_cells(1);
  add_up_cells(0, of_cells);
  constexpr double tolerance = 0.01;  // for cells that a threshold left out
  if (std::abs(sums[0] - of_cells[0]) > tolerance * std::abs(of_cells[0])) {
    throw DataError(place(sum_path, 0),
                    "is " + std::to_string(sums[0]) + ", but the cells of " + images_path +
                        " add up to " + std::to_string(of_cells[0]),
                    "energies are estimated from sums in the units of the cells");
  }
}

void ShowerFile::add_up_cells(std::int64_t first, std::span<double> sums) const {
  constexpr std::size_t at_once = 16;  // images, some 4 MB
  const auto cells = static_cast<std::size_t>(element_count(image_shape_));
  std::vector<float> images(std::min(at_once, sums.size()) * cells);
  for (std::size_t begin = 0; begin < sums.size(); begin += at_once) {
    const std::size_t count = std::min(at_once, sums.size() - begin);
    const std::span<float> some = std::span(images).first(count * cells);
    read_images(first + static_cast<std::int64_t>(begin), static_cast<std::int64_t>(count), 0.0,
                some);
    for (std::size_t i = 0; i < count; ++i) {
      const auto image = some.subspan(i * cells, cells);
      sums[begin + i] = std::accumulate(image.begin(), image.end(), 0.0);
    }
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
