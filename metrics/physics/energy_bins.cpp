#include "metrics/physics/energy_bins.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace caloquant {
namespace {

constexpr double half_width = 5.0;             // [GeV]
constexpr std::size_t enough_for_a_mean = 50;  // events for a mean that says something
constexpr double least_share = 0.02;           // of the events of a sample in a fixed bin
constexpr std::size_t most_bins = 5;
constexpr std::size_t fewest_per_bin = 10;

std::string text(double energy) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", energy);
  return buffer;
}

std::size_t count_in(std::span<const double> energies, const EnergyBin& bin) {
  return static_cast<std::size_t>(std::count_if(
      energies.begin(), energies.end(), [&](double energy) { return bin.contains(energy); }));
}

std::vector<EnergyBin> fixed_bins(std::span<const double> a, std::span<const double> b) {
  std::vector<EnergyBin> candidates;
  std::size_t inside = 0;
  for (const double centre : {100.0, 200.0, 300.0, 400.0, 500.0}) {
    candidates.push_back({centre - half_width, centre + half_width, text(centre) + " GeV"});
    inside += count_in(a, candidates.back()) + count_in(b, candidates.back());
  }
  const std::size_t needed = 2 * inside >= a.size() + b.size() ? 2 : enough_for_a_mean;
  const auto enough_of = [&](std::span<const double> sample, const EnergyBin& bin) {
    const std::size_t count = count_in(sample, bin);
    return count >= needed &&
           static_cast<double>(count) >= least_share * static_cast<double>(sample.size());
  };
  std::vector<EnergyBin> bins;
  for (const EnergyBin& bin : candidates) {
    if (enough_of(a, bin) && enough_of(b, bin)) {
      bins.push_back(bin);
    }
  }
  return bins;
}

std::vector<EnergyBin> equal_count_bins(std::span<const double> a, std::span<const double> b) {
  std::vector<double> sorted(a.begin(), a.end());
  sorted.insert(sorted.end(), b.begin(), b.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t size = sorted.size();
  const std::size_t count = std::clamp<std::size_t>(size / fewest_per_bin, 1, most_bins);
  std::vector<EnergyBin> bins;
  std::size_t first = 0;
  for (std::size_t bin = 1; bin <= count && first < size; ++bin) {
    std::size_t end = std::max(first + 1, bin * size / count);
    while (end < size && sorted[end] == sorted[end - 1]) {
      ++end;
    }
    const double low = sorted[first];
    const double high = sorted[end - 1];
    bins.push_back({low, high, (low == high ? "" : text(low) + "-") + text(high) + " GeV"});
    first = end;
  }
  return bins;
}

}  // namespace

std::vector<EnergyBin> energy_bins(std::span<const double> a, std::span<const double> b) {
  std::vector<EnergyBin> bins = fixed_bins(a, b);
  return bins.empty() ? equal_count_bins(a, b) : bins;
}

}  // namespace caloquant
