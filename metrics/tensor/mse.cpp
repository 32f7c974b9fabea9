#include "metrics/tensor/squares.hpp"

namespace caloquant {
namespace {

double mse_value(std::span<const EventTerms> events, std::size_t skip_first,
                 std::size_t skip_last) {
  const EventTerms sum = sum_of_events(events, skip_first, skip_last);
  return sum[0] / sum[2];
}

double mse_error(double mse) {
  return mse;
}

}  // namespace

const MetricFormula& mse_formula() {
  static constexpr MetricFormula formula{TensorMetric::mse, squares_of, sum_of_terms,
                                         mse_value,         mse_error,  true};
  return formula;
}

}  // namespace caloquant
