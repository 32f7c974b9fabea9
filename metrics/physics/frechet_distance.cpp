#include "metrics/physics/frechet_distance.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

using Rows =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr std::size_t full_smallest = 20'000;
constexpr std::size_t full_largest = 50'000;
constexpr std::size_t points = 10;
constexpr std::size_t draws = 20;

/// Mean, and an upper triangular root R of the covariance, R^T R = C.
struct Gaussian {
  Eigen::RowVectorXd mean;
  Eigen::MatrixXd root;
};

Gaussian gaussian_of(const FeatureRows& rows) {
  const auto count = static_cast<Eigen::Index>(rows.rows());
  const auto columns = static_cast<Eigen::Index>(rows.columns);
  const Rows values(rows.values.data(), count, columns);
  Gaussian gaussian{values.colwise().mean(), Eigen::MatrixXd::Zero(columns, columns)};
  const Eigen::MatrixXd centred =
      (values.rowwise() - gaussian.mean) / std::sqrt(static_cast<double>(count - 1));
  const Eigen::MatrixXd factors = Eigen::HouseholderQR<Eigen::MatrixXd>(centred).matrixQR();
  const Eigen::Index kept = std::min(count, columns);
  gaussian.root.topRows(kept) = factors.topRows(kept);
  gaussian.root.triangularView<Eigen::StrictlyLower>().setZero();
  return gaussian;
}

double sum_of_squares(std::span<const double> x, std::span<const double> y, double intercept,
                      double slope) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double residual = y[i] - intercept - slope * x[i];
    sum += residual * residual;
  }
  return sum;
}

/// Sizes regular in 1 / n, as jetnet: rounded down.
std::array<std::size_t, points> regular_sizes(std::size_t smallest, std::size_t largest) {
  std::array<std::size_t, points> sizes{};
  const double first = 1.0 / static_cast<double>(smallest);
  const double last = 1.0 / static_cast<double>(largest);
  for (std::size_t i = 0; i < points; ++i) {
    const double inverse = first + (last - first) * static_cast<double>(i) / (points - 1.0);
    // The last one is `largest`, whatever 1 / (1 / n) rounds to.
    sizes[i] = i + 1 == points ? largest : static_cast<std::size_t>(1.0 / inverse);
  }
  return sizes;
}

/// Mean d^2 of all draws of `size` rows. Draws have numbers of their own from `first_draw` on.
double mean_distance(const FeatureRows& a, const FeatureRows& b, std::size_t size, bool paired,
                     std::uint64_t seed, std::size_t first_draw) {
  double sum = 0.0;
  for (std::size_t draw = first_draw; draw < first_draw + draws; ++draw) {
    const auto of_a = draw_rows(a.rows(), size, seed, 2 * draw);
    const auto of_b = paired ? of_a : draw_rows(b.rows(), size, seed, 2 * draw + 1);
    sum += frechet_distance(select_rows(a, of_a), select_rows(b, of_b));
  }
  return sum / draws;
}

}  // namespace

double frechet_distance(const FeatureRows& a, const FeatureRows& b) {
  CALOQUANT_EXPECT(a.columns == b.columns);
  if (a.rows() < 2 || b.rows() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const Gaussian of_a = gaussian_of(a);
  const Gaussian of_b = gaussian_of(b);
  const Eigen::MatrixXd product = of_a.root * of_b.root.transpose();
  const double common = Eigen::JacobiSVD<Eigen::MatrixXd>(product).singularValues().sum();
  const double spread = of_a.root.squaredNorm() + of_b.root.squaredNorm() - 2.0 * common;
  // Rounding may leave a difference of equal spreads below 0, where no distance is.
  return (of_a.mean - of_b.mean).squaredNorm() + std::max(0.0, spread);
}

Estimate bounded_intercept(std::span<const double> x, std::span<const double> y) {
  CALOQUANT_EXPECT(x.size() == y.size() && x.size() >= 3);
  const auto count = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  const double xx = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  const double xy = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  double spread = 0.0;
  double common = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    spread += (x[i] - mean_x) * (x[i] - mean_x);
    common += (x[i] - mean_x) * (y[i] - mean_y);
  }
  double slope = common / spread;
  double intercept = mean_y - slope * mean_x;
  if (slope < 0.0 || intercept < 0.0) {
    const double flat = std::max(0.0, mean_y);
    const double steep = std::max(0.0, xy / xx);
    const bool take_flat = sum_of_squares(x, y, flat, 0.0) <= sum_of_squares(x, y, 0.0, steep);
    intercept = take_flat ? flat : 0.0;
    slope = take_flat ? 0.0 : steep;
  }
  const double variance = sum_of_squares(x, y, intercept, slope) / (count - 2.0);
  return {intercept, std::sqrt(variance * (1.0 / count + mean_x * mean_x / spread))};
}

std::optional<FrechetPhysicsDistance> frechet_physics_distance(const FeatureRows& a,
                                                               const FeatureRows& b, bool paired,
                                                               std::uint64_t seed) {
  CALOQUANT_EXPECT(!paired || a.rows() == b.rows());
  const std::size_t events = std::min(a.rows(), b.rows());
  if (events < fewest_for_frechet) {
    return std::nullopt;
  }
  FrechetPhysicsDistance result{.smallest = full_smallest, .largest = full_largest};
  if (events < full_largest) {
    result = {.smallest = events / 5, .largest = events, .scaled = true};
  }
  const FeatureRows scaled_a = normalise(a, a);
  const FeatureRows scaled_b = normalise(b, a);
  std::vector<double> inverse;
  std::vector<double> distances;
  for (const std::size_t size : regular_sizes(result.smallest, result.largest)) {
    distances.push_back(
        mean_distance(scaled_a, scaled_b, size, paired, seed, draws * inverse.size()));
    inverse.push_back(1.0 / static_cast<double>(size));
  }
  result.distance = bounded_intercept(inverse, distances);
  return result;
}

}  // namespace caloquant
