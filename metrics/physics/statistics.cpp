#include "metrics/physics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_blocks = 20;  // as the shower-shape loss has

double average(std::span<const double> values) {
  if (values.empty()) {
    return undefined;
  }
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> without_block(std::span<const double> values, MaybeBlock without,
                                  std::size_t blocks) {
  std::vector<double> kept;
  kept.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!without || jackknife_block(i, values.size(), blocks) != *without) {
      kept.push_back(values[i]);
    }
  }
  return kept;
}

double squared_error(const std::vector<double>& replicas) {
  const double mean = average(replicas);
  double sum = 0.0;
  for (const double replica : replicas) {
    sum += (replica - mean) * (replica - mean);
  }
  const auto count = static_cast<double>(replicas.size());
  return (count - 1.0) / count * sum;
}

}  // namespace

DefinedValues defined_values(std::span<const double> a, std::span<const double> b, bool paired) {
  CALOQUANT_EXPECT(!paired || a.size() == b.size());
  DefinedValues values;
  if (paired) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!std::isnan(a[i]) && !std::isnan(b[i])) {
        values.a.push_back(a[i]);
        values.b.push_back(b[i]);
      }
    }
  } else {
    const auto defined = [](double value) { return !std::isnan(value); };
    std::copy_if(a.begin(), a.end(), std::back_inserter(values.a), defined);
    std::copy_if(b.begin(), b.end(), std::back_inserter(values.b), defined);
  }
  values.dropped = a.size() + b.size() - values.a.size() - values.b.size();
  return values;
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) {
    return undefined;
  }
  const double mean = average(values);
  double sum = 0.0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Estimate mean_of(std::span<const double> values) {
  return {average(values),
          standard_deviation(values) / std::sqrt(static_cast<double>(values.size()))};
}

Estimate difference_of_means(std::span<const double> a, std::span<const double> b, bool paired) {
  CALOQUANT_EXPECT(!paired || a.size() == b.size());
  if (!paired) {
    const Estimate mean_a = mean_of(a);
    const Estimate mean_b = mean_of(b);
    return {mean_b.value - mean_a.value, std::hypot(mean_a.error, mean_b.error)};
  }
  std::vector<double> differences(a.size());
  std::transform(b.begin(), b.end(), a.begin(), differences.begin(), std::minus<>());
  return mean_of(differences);
}

Estimate ratio_of_means(std::span<const double> a, std::span<const double> b, bool paired) {
  CALOQUANT_EXPECT(!paired || a.size() == b.size());
  const Estimate mean_a = mean_of(a);
  const Estimate mean_b = mean_of(b);
  if (mean_a.value == 0.0) {
    return {undefined, undefined};
  }
  const double ratio = mean_b.value / mean_a.value;
  double error = std::hypot(mean_b.error, ratio * mean_a.error);
  if (paired) {
    std::vector<double> residuals(a.size());
    std::transform(b.begin(), b.end(), a.begin(), residuals.begin(),
                   [ratio](double of_b, double of_a) { return of_b - ratio * of_a; });
    error = mean_of(residuals).error;
  }
  return {ratio, error / std::abs(mean_a.value)};
}

std::size_t jackknife_blocks(std::size_t events) {
  return std::min(most_blocks, events / 2);
}

std::size_t jackknife_block(std::size_t event, std::size_t events, std::size_t blocks) {
  CALOQUANT_EXPECT(event < events);
  return event * blocks / events;
}

double jackknife_error(std::size_t blocks_a, std::size_t blocks_b, bool paired,
                       const LeaveOut& statistic) {
  CALOQUANT_EXPECT(!paired || blocks_a == blocks_b);
  if (blocks_a < 2 || blocks_b < 2) {
    return undefined;
  }
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (std::size_t block = 0; block < blocks_a; ++block) {
    of_a.push_back(statistic(block, paired ? MaybeBlock(block) : std::nullopt));
  }
  if (paired) {
    return std::sqrt(squared_error(of_a));
  }
  for (std::size_t block = 0; block < blocks_b; ++block) {
    of_b.push_back(statistic(std::nullopt, block));
  }
  return std::sqrt(squared_error(of_a) + squared_error(of_b));
}

Estimate jackknife(std::span<const double> a, std::span<const double> b, bool paired,
                   const Statistic& statistic) {
  const std::size_t blocks_a = jackknife_blocks(a.size());
  const std::size_t blocks_b = jackknife_blocks(b.size());
  const auto leave_out = [&](MaybeBlock without_a, MaybeBlock without_b) {
    return statistic(without_block(a, without_a, blocks_a), without_block(b, without_b, blocks_b));
  };
  return {statistic(a, b), jackknife_error(blocks_a, blocks_b, paired, leave_out)};
}

std::pair<std::vector<double>, std::vector<double>> halves_of(std::span<const double> values) {
  std::pair<std::vector<double>, std::vector<double>> halves;
  for (std::size_t i = 0; i < values.size(); ++i) {
    (i % 2 == 0 ? halves.first : halves.second).push_back(values[i]);
  }
  return halves;
}

}  // namespace caloquant
