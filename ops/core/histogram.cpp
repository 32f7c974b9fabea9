#include "ops/core/histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/extremes.hpp"

namespace caloquant {
namespace {

/// So narrow that the smallest denormal float (2^-149) lies beyond the last bin, of 65536 at most.
constexpr int narrowest = -170;

// The products below are exact: a float, widened, times a power of two.
void magnitude_bins(std::span<const float> values, double inverse_width, std::int32_t* bins) {
#pragma omp simd
  for (std::size_t i = 0; i < values.size(); ++i) {
    bins[i] = static_cast<std::int32_t>(std::abs(static_cast<double>(values[i])) * inverse_width);
  }
}

void symmetric_bins(std::span<const float> values, double inverse_width, std::int32_t zero,
                    std::int32_t* bins) {
#pragma omp simd
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double position = static_cast<double>(values[i]) * inverse_width;
    const auto truncated = static_cast<std::int32_t>(position);
    bins[i] = zero + truncated - (position < truncated ? 1 : 0);  // floor
  }
}

}  // namespace

Histogram::Histogram(HistogramRange range, std::size_t bins)
    : range_(range), exponent_(narrowest), counts_(bins, 0) {
  CALOQUANT_EXPECT(std::has_single_bit(bins) && bins >= 4 && bins <= 65536);
}

std::optional<std::size_t> Histogram::add(std::span<const float> values) {
  const Extremes extremes = extremes_of(values);
  if (extremes.not_finite) {
    return extremes.not_finite;
  }
  widen(exponent_for(static_cast<double>(extremes.low), static_cast<double>(extremes.high)));
  count(values);
  return std::nullopt;
}

std::uint64_t Histogram::total() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double Histogram::lower() const noexcept {
  const std::size_t below = range_ == HistogramRange::magnitude ? 0 : counts_.size() / 2;
  return -width() * static_cast<double>(below);
}

double Histogram::width() const noexcept {
  return std::ldexp(1.0, exponent_);
}

/// The narrowest exponent at which both values have a bin.
int Histogram::exponent_for(double smallest, double largest) const {
  const int side_bits =
      std::countr_zero(counts_.size()) - (range_ == HistogramRange::symmetric ? 1 : 0);
  // largest < 2^side_bits * width <=> width exponent >= e - side_bits, largest in [2^(e-1), 2^e)
  const auto needed = [side_bits](double magnitude) {
    int exponent = 0;
    std::frexp(magnitude, &exponent);
    return magnitude == 0.0 ? narrowest : exponent - side_bits;
  };
  if (range_ == HistogramRange::magnitude) {
    return needed(std::max(-smallest, largest));
  }
  // The lower edge belongs to the first bin: -2^(e-1) itself fits where 2^(e-1) would not.
  const double below = smallest == 0.0 ? 0.0 : std::nextafter(-smallest, 0.0);
  return std::max(needed(below), needed(largest));
}

/// Merges groups of 2^shift bins; edges stay multiples of the new width.
void Histogram::widen(int exponent) {
  if (exponent <= exponent_) {
    return;
  }
  const int shift = std::min(exponent - exponent_, 62);
  const std::int64_t zero =
      range_ == HistogramRange::magnitude ? 0 : static_cast<std::int64_t>(counts_.size() / 2);
  std::vector<std::uint64_t> merged(counts_.size(), 0);
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    const std::int64_t target = ((static_cast<std::int64_t>(bin) - zero) >> shift) + zero;
    merged[static_cast<std::size_t>(target)] += counts_[bin];
  }
  counts_ = std::move(merged);
  exponent_ = exponent;
}

void Histogram::count(std::span<const float> values) {
  // Several counters per bin: a run of equal values (zeros) would wait for a single one.
  const std::size_t bins = counts_.size();
  const std::size_t counters = values.size() >= 4 * bins ? 4 : 1;
  const auto inverse_width = std::ldexp(1.0, -exponent_);
  std::vector<std::uint64_t> parts(counters * bins, 0);
  std::array<std::int32_t, 1024> targets{};
  for (std::size_t first = 0; first < values.size(); first += targets.size()) {
    const auto part = values.subspan(first, std::min(targets.size(), values.size() - first));
    if (range_ == HistogramRange::magnitude) {
      magnitude_bins(part, inverse_width, targets.data());
    } else {
      symmetric_bins(part, inverse_width, static_cast<std::int32_t>(bins / 2), targets.data());
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      ++parts[(i & (counters - 1)) * bins + static_cast<std::size_t>(targets[i])];
    }
  }
  for (std::size_t part = 0; part < parts.size(); part += bins) {
    std::transform(counts_.begin(), counts_.end(),
                   parts.begin() + static_cast<std::ptrdiff_t>(part), counts_.begin(),
                   std::plus<>());
  }
}

}  // namespace caloquant
