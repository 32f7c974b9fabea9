#include "metrics/physics/correlation.hpp"

#include <cmath>
#include <limits>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

std::vector<double> column_means(const FeatureRows& rows) {
  std::vector<double> means(rows.columns, 0.0);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t column = 0; column < rows.columns; ++column) {
      means[column] += rows.row(row)[column] / static_cast<double>(rows.rows());
    }
  }
  return means;
}

/// A column of equal values has deviations from its mean that are rounding, not 0.
std::vector<bool> constant_columns(const FeatureRows& rows) {
  std::vector<bool> constant(rows.columns, true);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    const std::size_t column = i % rows.columns;
    constant[column] = constant[column] && rows.values[i] == rows.values[column];
  }
  return constant;
}

}  // namespace

std::vector<double> correlation_matrix(const FeatureRows& rows) {
  const std::size_t size = rows.columns;
  const std::vector<double> means = column_means(rows);
  std::vector<double> products(size * size, 0.0);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::span<const double> values = rows.row(row);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        products[i * size + j] += (values[i] - means[i]) * (values[j] - means[j]);
      }
    }
  }
  const std::vector<bool> constant = constant_columns(rows);
  std::vector<double> matrix(size * size, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      if (!constant[i] && !constant[j]) {
        const double scale = std::sqrt(products[i * size + i]) * std::sqrt(products[j * size + j]);
        matrix[i * size + j] = products[i * size + j] / scale;
        matrix[j * size + i] = matrix[i * size + j];
      }
    }
  }
  return matrix;
}

CorrelationScore correlation_score(const std::vector<double>& a, const std::vector<double>& b,
                                   std::size_t columns) {
  CALOQUANT_EXPECT(a.size() == columns * columns && b.size() == a.size());
  CorrelationScore score;
  double sum = 0.0;
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double difference = a[i * columns + j] - b[i * columns + j];
      if (std::isnan(difference)) {
        ++score.undefined_pairs;
      } else {
        sum += difference * difference;
        ++score.pairs;
      }
    }
  }
  score.value = score.pairs == 0 ? std::numeric_limits<double>::quiet_NaN()
                                 : sum / static_cast<double>(score.pairs);
  return score;
}

}  // namespace caloquant
