#include "metrics/physics/feature_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/philox.hpp"

namespace caloquant {

FeatureRows select_rows(const FeatureRows& rows, std::span<const std::size_t> numbers) {
  FeatureRows selected{.columns = rows.columns, .values = {}};
  selected.values.reserve(numbers.size() * rows.columns);
  for (const std::size_t number : numbers) {
    selected.add(rows.row(number));
  }
  return selected;
}

FeatureRows normalise(const FeatureRows& rows, const FeatureRows& reference) {
  CALOQUANT_EXPECT(rows.columns == reference.columns);
  std::vector<double> largest(reference.columns, 0.0);
  for (std::size_t i = 0; i < reference.values.size(); ++i) {
    double& of_column = largest[i % reference.columns];
    of_column = std::max(of_column, std::abs(reference.values[i]));
  }
  FeatureRows scaled = rows;
  for (std::size_t i = 0; i < scaled.values.size(); ++i) {
    const double unit = largest[i % scaled.columns];
    scaled.values[i] /= unit > 0.0 ? unit : 1.0;
  }
  return scaled;
}

std::vector<std::size_t> draw_rows(std::size_t size, std::size_t count, std::uint64_t seed,
                                   std::uint64_t draw) {
  CALOQUANT_EXPECT(count <= size);
  std::vector<std::size_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  philox::Stream random(seed, draw);
  for (std::size_t i = 0; i < count; ++i) {
    const auto left = static_cast<double>(size - i);
    const auto step = std::min(size - i - 1, static_cast<std::size_t>(random.uniform() * left));
    std::swap(numbers[i], numbers[i + step]);
  }
  numbers.resize(count);
  return numbers;
}

}  // namespace caloquant
