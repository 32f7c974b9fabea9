#include "metrics/shower/slice_moments.hpp"

#include "ops/core/check.hpp"

namespace caloquant {

SliceMoments::SliceMoments(std::size_t slices)
    : mean_(slices, 0.0), m2_(slices, 0.0), m3_(slices, 0.0), m4_(slices, 0.0) {}

void SliceMoments::add(std::span<const double> values) {
  CALOQUANT_EXPECT(values.size() == slices());
  ++count_;
  const double n = static_cast<double>(count_);
  const double fourth = n * n - 3.0 * n + 3.0;
  for (std::size_t slice = 0; slice < values.size(); ++slice) {
    const double delta = values[slice] - mean_[slice];
    const double step = delta / n;
    const double square = delta * step * (n - 1.0);
    m4_[slice] +=
        square * step * step * fourth + 6.0 * step * step * m2_[slice] - 4.0 * step * m3_[slice];
    m3_[slice] += square * step * (n - 2.0) - 3.0 * step * m2_[slice];
    m2_[slice] += square;
    mean_[slice] += step;
  }
}

void SliceMoments::add_groups(std::span<const double> means, std::span<const double> variances) {
  CALOQUANT_EXPECT(variances.size() == slices());
  add(means);
  for (std::size_t slice = 0; slice < variances.size(); ++slice) {
    m2_[slice] += variances[slice];
  }
}

void SliceMoments::merge(const SliceMoments& other) {
  CALOQUANT_EXPECT(other.slices() == slices());
  if (other.count_ == 0) {
    return;
  }
  if (count_ == 0) {
    *this = other;
    return;
  }
  const double a = static_cast<double>(count_);
  const double b = static_cast<double>(other.count_);
  const double n = a + b;
  for (std::size_t slice = 0; slice < slices(); ++slice) {
    const double delta = other.mean_[slice] - mean_[slice];
    const double step = delta / n;
    const double square = delta * step * a * b;
    m4_[slice] += other.m4_[slice] + square * step * step * (a * a - a * b + b * b) +
                  6.0 * step * step * (a * a * other.m2_[slice] + b * b * m2_[slice]) +
                  4.0 * step * (a * other.m3_[slice] - b * m3_[slice]);
    m3_[slice] += other.m3_[slice] + square * step * (a - b) +
                  3.0 * step * (a * other.m2_[slice] - b * m2_[slice]);
    m2_[slice] += other.m2_[slice] + square;
    mean_[slice] += step * b;
  }
  count_ += other.count_;
}

double SliceMoments::variance(std::size_t slice) const {
  return per_event(m2_[slice]);
}
double SliceMoments::third_moment(std::size_t slice) const {
  return per_event(m3_[slice]);
}
double SliceMoments::fourth_moment(std::size_t slice) const {
  return per_event(m4_[slice]);
}

}  // namespace caloquant
