#include "calibration/observers/kl.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr std::size_t levels_of_one_sign = 255;
constexpr std::size_t levels_of_two_signs = 128;
constexpr double smoothing = 0.5;  // counts

double sum_of(std::span<const std::uint64_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

}  // namespace

double clipping_divergence(std::span<const std::uint64_t> counts, std::size_t kept,
                           std::size_t levels) {
  CALOQUANT_EXPECT(kept >= 1 && kept <= counts.size() && levels >= 1 && levels <= kept);
  const std::span<const std::uint64_t> inside = counts.first(kept);
  const double beyond = sum_of(counts.subspan(kept));
  const double inside_total = sum_of(inside);
  if (inside_total == 0.0) {
    return std::numeric_limits<double>::infinity();
  }
  const double p_total = inside_total + beyond;
  const bool smoothed = beyond > 0.0 && inside.back() == 0;
  const double q_total = inside_total + (smoothed ? smoothing : 0.0);
  // KL = sum p ln p - sum p ln q: within a level q is constant, so that only p needs a log per bin.
  double divergence = 0.0;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::size_t first = level * kept / levels;
    const std::size_t end = (level + 1) * kept / levels;
    const std::span<const std::uint64_t> bins = inside.subspan(first, end - first);
    const auto filled = bins.size() - static_cast<std::size_t>(
                                          std::count(bins.begin(), bins.end(), std::uint64_t{0}));
    const double q = filled == 0 ? 0.0 : sum_of(bins) / static_cast<double>(filled) / q_total;
    for (std::size_t bin = first; bin < end; ++bin) {
      const bool last = bin + 1 == kept;
      const double p = (static_cast<double>(inside[bin]) + (last ? beyond : 0.0)) / p_total;
      if (p > 0.0) {
        divergence += p * std::log(p / (inside[bin] == 0 ? smoothing / q_total : q));
      }
    }
  }
  return divergence;
}

std::size_t best_clipping(std::span<const std::uint64_t> counts, std::size_t levels) {
  const auto last_filled =
      std::find_if(counts.rbegin(), counts.rend(), [](std::uint64_t count) { return count > 0; });
  const auto used = static_cast<std::size_t>(counts.rend() - last_filled);
  std::size_t best = used;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t kept = used; kept >= levels; --kept) {
    const double divergence = clipping_divergence(counts, kept, levels);
    if (divergence < smallest) {
      smallest = divergence;
      best = kept;
    }
  }
  return best;
}

KlObserver::KlObserver(std::string tensor)
    : Observer(std::move(tensor)), magnitudes_(HistogramRange::magnitude) {}

void KlObserver::take(std::span<const float> values, std::size_t /*events*/,
                      const Extremes& extremes) {
  const std::optional<std::size_t> not_finite = magnitudes_.add(values);
  CALOQUANT_ENSURE(!not_finite);
  extremes_ = united(extremes_, {extremes.low, extremes.high});
  zeros_ += extremes.zeros;
}

Range KlObserver::range() const {
  std::vector<std::uint64_t> counts(magnitudes_.counts().begin(), magnitudes_.counts().end());
  counts.front() -= zeros_;
  const bool one_sign = extremes_.low == 0.0F || extremes_.high == 0.0F;
  const std::size_t kept =
      best_clipping(counts, one_sign ? levels_of_one_sign : levels_of_two_signs);
  return clipped(extremes_, static_cast<double>(kept) * magnitudes_.width());
}

}  // namespace caloquant
