#include <cmath>

#include "metrics/tensor/squares.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Products: test x reference, test x test, reference x reference.
EventTerms products(std::span<const float> test, std::span<const float> reference,
                    const ClassLayout& /*classes*/) {
  CALOQUANT_EXPECT(test.size() == reference.size());
  EventTerms sum{};
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto a = static_cast<double>(test[i]);
    const auto b = static_cast<double>(reference[i]);
    sum[0] += a * b;
    sum[1] += a * a;
    sum[2] += b * b;
  }
  return sum;
}

/// Two events of zeros are alike; one of zeros is like no other.
double similarity(const EventTerms& event) {
  if (event[1] == 0.0 && event[2] == 0.0) {
    return 1.0;
  }
  return event[1] == 0.0 || event[2] == 0.0
             ? 0.0
             : std::min(event[0] / (std::sqrt(event[1]) * std::sqrt(event[2])), 1.0);
}

double cosine_value(std::span<const EventTerms> events, std::size_t skip_first,
                    std::size_t skip_last) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i < skip_first || i >= skip_last) {
      sum += similarity(events[i]);
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

double cosine_error(double cosine) {
  return 1.0 - cosine;
}

}  // namespace

const MetricFormula& cosine_formula() {
  static constexpr MetricFormula formula{TensorMetric::cosine, products,     sum_of_terms,
                                         cosine_value,         cosine_error, true};
  return formula;
}

}  // namespace caloquant
