#include "calibration/observers/moving_average.hpp"

#include <cmath>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {

MovingAverageObserver::MovingAverageObserver(std::string tensor, double constant)
    : Observer(std::move(tensor)), constant_(constant) {
  CALOQUANT_EXPECT(constant > 0.0 && constant <= 1.0);
}

void MovingAverageObserver::take(std::span<const float> values, std::size_t events,
                                 const Extremes& /*extremes*/) {
  const std::size_t per_event = values.size() / events;
  for (std::size_t event = 0; event < events; ++event) {
    const Extremes own = extremes_of(values.subspan(event * per_event, per_event));
    const auto append = [this](Mean& mean, float end) {
      const auto value = static_cast<double>(end);
      mean.first = events_ == 0 ? value : mean.first;
      mean.rest += constant_ * (value - mean.rest);
    };
    append(low_, own.low);
    append(high_, own.high);
    ++events_;
  }
}

/// m_n = rest + (1 - c)^n x_1: in `rest`, the first event has the weight c (1 - c)^(n - 1) only.
float MovingAverageObserver::value_of(const Mean& mean) const {
  const double missing = std::pow(1.0 - constant_, static_cast<double>(events_));
  return static_cast<float>(mean.rest + missing * mean.first);
}

Range MovingAverageObserver::range() const {
  return {value_of(low_), value_of(high_)};
}

}  // namespace caloquant
