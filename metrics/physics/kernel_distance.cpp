#include "metrics/physics/kernel_distance.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

using Rows =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr std::size_t batches = 10;
constexpr std::size_t full_batch = 5'000;
constexpr Eigen::Index block_rows = 256;  // of the kernel matrix at a time: 10 MB with 5,000 events
constexpr double quantile_low = 0.16275;
constexpr double quantile_high = 0.83725;

Rows rows_of(const FeatureRows& rows) {
  return {rows.values.data(), static_cast<Eigen::Index>(rows.rows()),
          static_cast<Eigen::Index>(rows.columns)};
}

/// Sum of k(x_i, y_j) over all i and j, or over i != j.
double kernel_sum(const Rows& x, const Rows& y, bool without_diagonal) {
  const double gamma = 1.0 / static_cast<double>(x.cols());
  double sum = 0.0;
  for (Eigen::Index first = 0; first < x.rows(); first += block_rows) {
    const Eigen::Index count = std::min(block_rows, x.rows() - first);
    const Eigen::MatrixXd products = x.middleRows(first, count) * y.transpose();
    Eigen::ArrayXXd kernels = (products.array() * gamma + 1.0).square().square();
    for (Eigen::Index i = 0; without_diagonal && i < count; ++i) {
      kernels(i, first + i) = 0.0;
    }
    sum += kernels.sum();
  }
  return sum;
}

}  // namespace

double kernel_discrepancy(const FeatureRows& a, const FeatureRows& b, bool paired) {
  CALOQUANT_EXPECT(a.columns == b.columns && (!paired || a.rows() == b.rows()));
  if (a.rows() < 2 || b.rows() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const Rows x = rows_of(a);
  const Rows y = rows_of(b);
  const auto n = static_cast<double>(a.rows());
  const auto m = static_cast<double>(b.rows());
  const double pairs = paired ? n * (n - 1.0) : n * m;
  return kernel_sum(x, x, true) / (n * (n - 1.0)) + kernel_sum(y, y, true) / (m * (m - 1.0)) -
         2.0 * kernel_sum(x, y, paired) / pairs;
}

double quantile(std::span<const double> sorted, double share) {
  CALOQUANT_EXPECT(!sorted.empty());
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - std::floor(position)) * (sorted[above] - sorted[below]);
}

std::optional<KernelPhysicsDistance> kernel_physics_distance(const FeatureRows& a,
                                                             const FeatureRows& b, bool paired,
                                                             std::uint64_t seed) {
  CALOQUANT_EXPECT(!paired || a.rows() == b.rows());
  const std::size_t events = std::min(a.rows(), b.rows());
  if (events < fewest_for_kernel) {
    return std::nullopt;
  }
  KernelPhysicsDistance result;
  result.batch = std::min(full_batch, events / batches);
  result.scaled = result.batch < full_batch;
  const FeatureRows scaled_a = normalise(a, a);
  const FeatureRows scaled_b = normalise(b, a);
  const auto order_a = draw_rows(a.rows(), batches * result.batch, seed, 0);
  const auto order_b = paired ? order_a : draw_rows(b.rows(), batches * result.batch, seed, 1);
  std::vector<double> values;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const auto part = [&](const FeatureRows& rows, const std::vector<std::size_t>& order) {
      return select_rows(rows, std::span(order).subspan(batch * result.batch, result.batch));
    };
    values.push_back(kernel_discrepancy(part(scaled_a, order_a), part(scaled_b, order_b), paired));
  }
  std::sort(values.begin(), values.end());
  result.distance = {quantile(values, 0.5),
                     0.5 * (quantile(values, quantile_high) - quantile(values, quantile_low))};
  return result;
}

}  // namespace caloquant
