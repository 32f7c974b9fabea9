#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/tensor/squares.hpp"

namespace caloquant {
namespace {

/// Beyond the 144 dB between f32 numbers and their last bit, all outputs are the same ones.
constexpr double most_decibels = 150.0;

double sqnr_value(std::span<const EventTerms> events, std::size_t skip_first,
                  std::size_t skip_last) {
  const EventTerms sum = sum_of_events(events, skip_first, skip_last);
  if (sum[1] == 0.0) {
    return std::numeric_limits<double>::quiet_NaN();  // there is no signal
  }
  return sum[0] == 0.0 ? most_decibels
                       : std::min(10.0 * std::log10(sum[1] / sum[0]), most_decibels);
}

/// Noise power over signal power.
double sqnr_error(double sqnr) {
  return std::pow(10.0, -0.1 * sqnr);
}

}  // namespace

const MetricFormula& sqnr_formula() {
  static constexpr MetricFormula formula{TensorMetric::sqnr, squares_of, sum_of_terms,
                                         sqnr_value,         sqnr_error, true};
  return formula;
}

}  // namespace caloquant
