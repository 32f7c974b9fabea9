#include "graph/exec/compare_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "ops/core/check.hpp"

namespace caloquant {

double ratio_of(double found, double expected, double bound) {
  if (found == expected || (std::isnan(found) && std::isnan(expected)) || !std::isfinite(bound)) {
    return 0.0;
  }
  const double difference = std::fabs(found - expected);
  return std::isfinite(difference) && bound > 0.0 ? difference / bound
                                                  : std::numeric_limits<double>::infinity();
}

Comparison compare_values(std::span<const ComparedValues> values) {
  Comparison comparison;
  for (const ComparedValues& tensor : values) {
    CALOQUANT_EXPECT(tensor.found.size() == tensor.expected.size());
    CALOQUANT_EXPECT(tensor.bound.size() == 1 || tensor.bound.size() == tensor.found.size());
    Difference worst;
    for (std::size_t i = 0; i < tensor.found.size(); ++i) {
      const double bound = tensor.bound[tensor.bound.size() == 1 ? 0 : i];
      const auto found = static_cast<double>(tensor.found[i]);
      const auto expected = static_cast<double>(tensor.expected[i]);
      const double ratio = ratio_of(found, expected, bound);
      comparison.undecided += std::isfinite(bound) ? std::size_t{0} : std::size_t{1};
      if (ratio > worst.ratio) {
        worst = {tensor.name, i, found, expected, bound, ratio};
      }
    }
    comparison.largest_ratio = std::max(comparison.largest_ratio, worst.ratio);
    if (worst.ratio > 1.0 && !comparison.first) {
      comparison.first = worst;
    }
  }
  return comparison;
}

std::string describe(const Difference& difference) {
  std::ostringstream text;
  text.precision(9);
  text << "element " << difference.element << " is " << difference.found << ", expected is "
       << difference.expected << " within " << difference.bound;
  return text.str();
}

}  // namespace caloquant
