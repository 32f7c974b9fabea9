#include "calibration/observers/mse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "calibration/observers/local_error.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr int steps_per_octave = 16;
constexpr int octaves = 8;
constexpr int fine_steps = 16;  // within a step

}  // namespace

MseObserver::MseObserver(std::string tensor, ActivationCode code)
    : Observer(std::move(tensor)), code_(std::move(code)) {
  CALOQUANT_EXPECT(code_ != nullptr);
}

void MseObserver::take(std::span<const float> values, std::size_t /*events*/,
                       const Extremes& extremes) {
  distribution_.add(values, extremes);
}

Range MseObserver::range() const {
  return mse_range(distribution_, code_);
}

Range mse_range(const ValueDistribution& distribution, const ActivationCode& code) {
  const std::vector<ValueDistribution::Cell> cells = distribution.cells();
  const Range& widest = distribution.extremes();
  const auto largest = static_cast<double>(std::max(-widest.low, widest.high));
  Range best = widest;
  double smallest = std::numeric_limits<double>::infinity();
  int best_step = 0;  // in fine steps below the largest magnitude
  const auto try_step = [&](int step) {
    const Range range =
        clipped(widest, largest * std::exp2(-static_cast<double>(step) /
                                            static_cast<double>(steps_per_octave * fine_steps)));
    const double error = squared_error(cells, code(range));
    if (error < smallest || (error == smallest && step < best_step)) {
      smallest = error;
      best = range;
      best_step = step;
    }
  };
  for (int step = 0; step <= octaves * steps_per_octave; ++step) {
    try_step(step * fine_steps);
  }
  const int coarse = best_step;
  for (int step = std::max(0, coarse - fine_steps + 1); step < coarse + fine_steps; ++step) {
    try_step(step);
  }
  return best;
}

}  // namespace caloquant
