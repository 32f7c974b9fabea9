#include <algorithm>
#include <cmath>

#include "metrics/tensor/tensor_loss.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

EventTerms largest(std::span<const float> test, std::span<const float> reference,
                   const ClassLayout& /*classes*/) {
  CALOQUANT_EXPECT(test.size() == reference.size());
  double most = 0.0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    most =
        std::max(most, std::fabs(static_cast<double>(test[i]) - static_cast<double>(reference[i])));
  }
  return {most, 0.0, 0.0};
}

EventTerms larger(const EventTerms& a, const EventTerms& b) {
  return {std::max(a[0], b[0]), 0.0, 0.0};
}

double max_abs_value(std::span<const EventTerms> events, std::size_t skip_first,
                     std::size_t skip_last) {
  double most = 0.0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i < skip_first || i >= skip_last) {
      most = std::max(most, events[i][0]);
    }
  }
  return most;
}

double max_abs_error(double max_abs) {
  return max_abs;
}

}  // namespace

const MetricFormula& max_abs_formula() {
  static constexpr MetricFormula formula{TensorMetric::max_abs, largest,       larger,
                                         max_abs_value,         max_abs_error, false};
  return formula;
}

}  // namespace caloquant
