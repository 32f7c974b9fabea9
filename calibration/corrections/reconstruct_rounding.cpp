#include "calibration/corrections/reconstruct_rounding.hpp"

#include <Eigen/Dense>
#include <utility>

#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

using Gram = Eigen::Map<const Eigen::MatrixXd>;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Upper Cholesky factor of the inverse of the damped Gram matrix of a block, row by row. The
/// damping (1 % of the mean diagonal) keeps errors from being passed on along directions that were
/// hardly seen.
RowMatrix error_factor(const LayerStatistics& statistics, std::int64_t first) {
  const std::int64_t size = statistics.size_at(first);
  Eigen::MatrixXd damped = Gram(statistics.gram_at(first), size, size);
  const double mean = damped.diagonal().mean();
  damped.diagonal().array() += mean > 0.0 ? 0.01 * mean : 1.0;
  const Eigen::MatrixXd inverse = damped.llt().solve(Eigen::MatrixXd::Identity(size, size));
  return inverse.llt().matrixU();
}

double scale_of(const std::vector<float>& scales, std::int64_t channel) {
  return static_cast<double>(scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(channel)]);
}

/// The integers of one block of one channel.
void choose_block(const float* weights, double scale, const RowMatrix& factor,
                  std::int8_t* chosen) {
  const Eigen::Index width = factor.rows();
  Eigen::RowVectorXd left(width);
  for (Eigen::Index k = 0; k < width; ++k) {
    left[k] = static_cast<double>(weights[k]);
  }
  for (Eigen::Index k = 0; k < width; ++k) {
    const std::int32_t q =
        weights[k] == 0.0F ? 0 : round_saturate(static_cast<float>(left[k] / scale), {-127, 127});
    chosen[k] = static_cast<std::int8_t>(q);
    const double error = (left[k] - scale * q) / factor(k, k);
    const Eigen::Index rest = width - k - 1;
    left.tail(rest) -= error * factor.row(k).tail(rest);
  }
}

}  // namespace

QuantizedWeights reconstruct_rounding(const Tensor& weights, std::vector<float> scales,
                                      const LayerStatistics& statistics) {
  const std::int64_t channels = weights.shape().front();
  CALOQUANT_EXPECT(weights.size() == channels * statistics.width);
  QuantizedWeights result{Tensor(DType::s8, weights.shape()), std::move(scales)};
  const float* from = weights.data<float>().data();
  std::int8_t* into = result.values.data<std::int8_t>().data();
#pragma omp parallel for num_threads(team_size()) schedule(dynamic)
  for (std::int64_t first = 0; first < statistics.width; first += statistics.block) {
    const RowMatrix factor = error_factor(statistics, first);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const std::int64_t offset = channel * statistics.width + first;
      choose_block(from + offset, scale_of(result.scales, channel), factor, into + offset);
    }
  }
  return result;
}

double reconstruction_error(const Tensor& weights, const QuantizedWeights& quantized,
                            const LayerStatistics& statistics) {
  const std::int64_t channels = weights.shape().front();
  double total = 0.0;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    Eigen::VectorXd change(statistics.width);
    for (std::int64_t k = 0; k < statistics.width; ++k) {
      const auto i = static_cast<std::size_t>(channel * statistics.width + k);
      change[k] = static_cast<double>(weights.data<float>()[i]) -
                  scale_of(quantized.scales, channel) *
                      static_cast<double>(quantized.values.data<std::int8_t>()[i]);
    }
    for (std::int64_t first = 0; first < statistics.width; first += statistics.block) {
      const std::int64_t size = statistics.size_at(first);
      const auto part = change.segment(first, size);
      total += part.dot(Gram(statistics.gram_at(first), size, size) * part);
    }
  }
  return total / static_cast<double>(channels);
}

}  // namespace caloquant
