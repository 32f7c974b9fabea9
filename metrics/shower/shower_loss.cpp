#include "metrics/shower/shower_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "metrics/core/jackknife.hpp"
#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Twenty jackknife blocks of two events.
constexpr std::size_t enough_events = 40;

using AxisLosses = std::array<AxisLoss, 3>;

double mean_square(std::span<const double> a, std::span<const double> b) {
  const double sum = std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                                           [](double x, double y) { return (x - y) * (x - y); });
  return sum / static_cast<double>(a.size());
}

AxisLosses axis_losses(const ProfileEstimate& test, const ProfileEstimate& reference,
                       const ImageExtents& extents) {
  AxisLosses axes;
  std::size_t first = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const auto slices = [first, count = extents[axis]](const std::vector<double>& values) {
      return std::span(values).subspan(first, count);
    };
    axes[axis] = {.mean = mean_square(slices(test.mean), slices(reference.mean)),
                  .spread = mean_square(slices(test.spread), slices(reference.spread))};
    first += extents[axis];
  }
  return axes;
}

double total(const AxisLosses& axes) {
  return std::accumulate(axes.begin(), axes.end(), 0.0, [](double sum, const AxisLoss& axis) {
    return sum + axis.mean + axis.spread;
  });
}

double ratio(double loss, double dead) {
  return dead == 0.0 ? nan : loss / dead;
}

/// The loss as a function of what is left out of the two samples.
class LossOf {
 public:
  LossOf(const ShowerProfiles& test, const ShowerProfiles& reference,
         const ShowerLossOptions& options)
      : test_(test), reference_(reference), options_(options) {}

  [[nodiscard]] AxisLosses axes() const {
    return axis_losses(test_.estimate(options_.spread), reference_.estimate(options_.spread),
                       extents());
  }
  [[nodiscard]] double dead_output() const {
    return dead_output(reference_.estimate(options_.spread));
  }
  [[nodiscard]] double value_without(std::optional<std::size_t> test_block,
                                     std::optional<std::size_t> reference_block) const {
    const ProfileEstimate reference = reference_.estimate(options_.spread, reference_block);
    const double loss =
        total(axis_losses(test_.estimate(options_.spread, test_block), reference, extents()));
    return options_.normalisation == LossNormalisation::none ? loss
                                                             : ratio(loss, dead_output(reference));
  }

 private:
  [[nodiscard]] const ImageExtents& extents() const { return reference_.spec().extents; }
  [[nodiscard]] double dead_output(const ProfileEstimate& reference) const {
    const std::vector<double> zeros(reference.mean.size(), 0.0);
    return total(axis_losses({zeros, zeros}, reference, extents()));
  }

  const ShowerProfiles& test_;
  const ShowerProfiles& reference_;
  const ShowerLossOptions& options_;
};

/// LossResult::without_block; empty where there are no two blocks.
std::vector<std::vector<double>> values_without_block(const ShowerProfiles& test,
                                                      const ShowerProfiles& reference,
                                                      const ShowerLossOptions& options) {
  const LossOf loss(test, reference, options);
  if (test.blocks() < 2 || reference.blocks() < 2) {
    return {};
  }
  const bool events_correspond =
      options.reference != LossReference::fp32 && test.spec().events == reference.spec().events;
  if (events_correspond) {
    return {jackknife_values(
        test.blocks(), [&loss](std::size_t block) { return loss.value_without(block, block); })};
  }
  return {jackknife_values(test.blocks(),
                           [&loss](std::size_t block) { return loss.value_without(block, {}); }),
          jackknife_values(reference.blocks(),
                           [&loss](std::size_t block) { return loss.value_without({}, block); })};
}

/// Per slice, the variance of the estimated mean plus that of the estimated spread, of N events:
/// v / N + (m4 - v^2) / N, the latter divided by 4 v for the standard deviation (delta method).
std::vector<double> estimate_variances(const SliceMoments& moments, LossSpread spread) {
  const double events = static_cast<double>(moments.count());
  std::vector<double> variances(moments.slices());
  for (std::size_t slice = 0; slice < variances.size(); ++slice) {
    const double v = moments.variance(slice);
    double of_spread = moments.fourth_moment(slice) - v * v;
    if (spread == LossSpread::stddev) {
      of_spread = v > 0.0 ? of_spread / (4.0 * v) : 0.0;
    }
    variances[slice] = (v + of_spread) / events;
  }
  return variances;
}

std::optional<double> expected_noise(const ShowerProfiles& test, const ShowerProfiles& reference,
                                     const ShowerLossOptions& options) {
  if (options.reference == LossReference::fp32_paired || options.profile == LossProfile::cell ||
      options.batch_size != 0) {
    return std::nullopt;
  }
  const std::vector<double> of_test = estimate_variances(*test.moments(), options.spread);
  const std::vector<double> of_reference = estimate_variances(*reference.moments(), options.spread);
  double noise = 0.0;
  std::size_t slice = 0;
  for (const std::size_t extent : reference.spec().extents) {
    double sum = 0.0;
    for (const std::size_t end = slice + extent; slice < end; ++slice) {
      sum += of_test[slice] + of_reference[slice];
    }
    noise += sum / static_cast<double>(extent);
  }
  return noise;
}

bool without_spread(const ShowerProfiles& profiles, LossSpread spread) {
  const ProfileEstimate estimate = profiles.estimate(spread);
  return std::all_of(estimate.spread.begin(), estimate.spread.end(),
                     [](double value) { return value == 0.0; });
}

std::vector<std::string> reasons_for_suspicion(const ShowerProfiles& test,
                                               const ShowerProfiles& reference,
                                               const ShowerLossOptions& options) {
  std::vector<std::string> reasons;
  const std::size_t events = std::min(test.spec().events, reference.spec().events);
  if (events < enough_events) {
    reasons.push_back("too few events: " + std::to_string(events) + ", at least " +
                      std::to_string(enough_events) + " are needed");
  }
  if (test.cells_not_finite() > 0) {
    reasons.push_back(counted(test.cells_not_finite(), "output cell is", "output cells are") +
                      " not finite");
  }
  if (reference.cells_not_finite() > 0) {
    reasons.push_back(
        counted(reference.cells_not_finite(), "reference cell is", "reference cells are") +
        " not finite");
  }
  if (test.all_zero()) {
    reasons.emplace_back("every output cell is zero");
  }
  if (without_spread(reference, options.spread)) {
    reasons.emplace_back("the reference has zero variance");
  }
  return reasons;
}

}  // namespace

ShowerLossResult shower_loss(const ShowerProfiles& test, const ShowerProfiles& reference,
                             const ShowerLossOptions& options) {
  for (const ShowerProfiles* const profiles : {&test, &reference}) {
    CALOQUANT_EXPECT(profiles->complete());
    CALOQUANT_EXPECT(profiles->spec().extents == reference.spec().extents);
    CALOQUANT_EXPECT(profiles->spec().profile == options.profile);
    CALOQUANT_EXPECT(profiles->spec().batch_size == options.batch_size);
  }
  CALOQUANT_EXPECT(options.reference != LossReference::fp32_paired ||
                   test.spec().events == reference.spec().events);
  ShowerLossResult result;
  result.events = test.spec().events;
  result.reference_events = reference.spec().events;
  result.suspect = reasons_for_suspicion(test, reference, options);
  const LossOf loss(test, reference, options);
  result.dead_output = reference.cells_not_finite() > 0 ? nan : loss.dead_output();
  if (test.cells_not_finite() + reference.cells_not_finite() > 0) {
    result.axes.fill({.mean = nan, .spread = nan});
    result.value = result.loss = result.relative_to_dead = nan;
    return result;
  }
  result.axes = loss.axes();
  result.loss = total(result.axes);
  result.relative_to_dead = ratio(result.loss, result.dead_output);
  result.value =
      options.normalisation == LossNormalisation::none ? result.loss : result.relative_to_dead;
  result.without_block = values_without_block(test, reference, options);
  result.standard_error = jackknife_error(result.without_block);
  result.noise = expected_noise(test, reference, options);
  return result;
}

LossResult summary(const ShowerLossResult& loss, const ShowerLossOptions& options) {
  const bool normalised = options.normalisation == LossNormalisation::zero_output;
  return {loss.value,
          loss.standard_error,
          loss.value,
          loss.dead_output,
          normalised ? 1.0 : loss.dead_output,
          loss.relative_to_dead,
          loss.events,
          loss.suspect,
          loss.without_block};
}

}  // namespace caloquant
