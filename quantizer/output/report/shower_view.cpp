#include "quantizer/output/report/shower_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "metrics/physics/sample_pair.hpp"
#include "metrics/physics/statistics.hpp"
#include "quantizer/output/report/rounded.hpp"

namespace caloquant {
namespace {

constexpr double drawn_above = 3e-4;  // [GeV]; as Feature::hits

using Estimates = std::vector<Estimate>;

Json pair_of(const Estimates& estimates) {
  Json values = Json::array();
  Json errors = Json::array();
  for (const Estimate& estimate : estimates) {
    values.push_back(rounded(estimate.value));
    errors.push_back(rounded(estimate.error, 3));
  }
  return {std::move(values), std::move(errors)};
}

/// One entry per sample, by name.
template <typename Make>
Json by_sample(const ShowerSamples& samples, Make&& make) {
  Json json;
  json["reference"] = make(samples.reference);
  json["fp32"] = make(samples.fp32);
  json["quantized"] = make(samples.quantized);
  return json;
}

Json axis_view(const ShowerSamples& samples, std::size_t begin, std::size_t end) {
  Json json = by_sample(samples, [&](const ShowerSample& sample) {
    Estimates means;
    for (std::size_t slice = begin; slice < end; ++slice) {
      means.push_back(mean_of(sample.slice(slice)));
    }
    return pair_of(means);
  });
  const auto ratio = [&](const ShowerSample& a, const ShowerSample& b, bool paired) {
    Estimates ratios;
    for (std::size_t slice = begin; slice < end; ++slice) {
      ratios.push_back(ratio_of_means(a.slice(slice), b.slice(slice), paired));
    }
    return pair_of(ratios);
  };
  // A model's shower and that of the data files have the primary in common, not the fluctuations.
  json["fp32_to_reference"] = ratio(samples.reference, samples.fp32, false);
  json["quantized_to_reference"] = ratio(samples.reference, samples.quantized, false);
  json["quantized_to_fp32"] = ratio(samples.fp32, samples.quantized, true);
  return json;
}

Json profiles_view(const ShowerSamples& samples) {
  constexpr std::array axes{"x", "y", "z"};
  Json json;
  std::size_t begin = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const std::size_t end = begin + samples.fp32.extents()[axis];
    json[axes[axis]] = axis_view(samples, begin, end);
    begin = end;
  }
  return json;
}

/// Width of the sampling fraction over its mean.
Estimate resolution_of(std::span<const double> values) {
  return jackknife(values, values, true,
                   [](std::span<const double> kept, std::span<const double> /*the same*/) {
                     return standard_deviation(kept) / mean_of(kept).value;
                   });
}

Json energy_view(const ShowerSamples& samples) {
  const SamplePair models(samples.fp32, samples.quantized, true);
  const SamplePair data(samples.reference, samples.fp32, false);
  Json json;
  json["bins"] = Json::array();
  Estimates energies;
  Estimates response;
  for (const auto& [bin, values] : models.binned(Feature::energy)) {
    json["bins"].push_back(bin);
    energies.push_back(mean_of(values.a));
  }
  for (const auto& [bin, values] : models.binned(Feature::total)) {
    response.push_back(ratio_of_means(values.a, values.b, true));
  }
  json["primary"] = pair_of(energies);
  json["response"] = pair_of(response);
  const BinnedValues of_data = data.binned(Feature::sampling_fraction);
  const BinnedValues of_models = models.binned(Feature::sampling_fraction);
  const auto each = [](const BinnedValues& bins, bool first, auto&& statistic) {
    Estimates estimates;
    for (const auto& bin : bins) {
      estimates.push_back(statistic(first ? bin.second.a : bin.second.b));
    }
    return pair_of(estimates);
  };
  const auto three = [&](auto&& statistic) -> Json {
    return {{"reference", each(of_data, true, statistic)},
            {"fp32", each(of_models, true, statistic)},
            {"quantized", each(of_models, false, statistic)}};
  };
  json["sampling_fraction"] = three([](std::span<const double> values) { return mean_of(values); });
  json["resolution"] = three([](std::span<const double> values) { return resolution_of(values); });
  return json;
}

Json hits_view(const ShowerSamples& samples) {
  double low = 0.0;
  double high = 0.0;
  bool is_first = true;
  for (const ShowerSample* sample : {&samples.reference, &samples.fp32, &samples.quantized}) {
    const std::vector<double> hits = sample->feature(Feature::hits);
    const auto [least, most] = std::ranges::minmax_element(hits);
    low = is_first ? *least : std::min(low, *least);
    high = is_first ? *most : std::max(high, *most);
    is_first = false;
  }
  high = std::max(high, low + 1.0);
  // Rice's rule, so that bins of few showers are not empty.
  const double rule = 2.0 * std::cbrt(static_cast<double>(samples.fp32.events()));
  const auto hit_bins = static_cast<std::size_t>(std::clamp(rule, 6.0, 30.0));
  Json json = {{"low", low}, {"high", high}};
  json["counts"] = by_sample(samples, [&](const ShowerSample& sample) {
    std::vector<std::size_t> counts(hit_bins, 0);
    for (const double hits : sample.feature(Feature::hits)) {
      const double place = (hits - low) / (high - low) * static_cast<double>(hit_bins);
      ++counts[std::min(static_cast<std::size_t>(place), hit_bins - 1)];
    }
    return Json(counts);
  });
  return json;
}

/// Cells per shower in each bin. The cells of a shower are not independent, so the errors leave out
/// blocks of showers.
Json spectrum_of(const ShowerSample& sample) {
  const std::size_t blocks = sample.blocks();
  std::vector<std::size_t> left(blocks, sample.events());
  for (std::size_t event = 0; event < sample.events(); ++event) {
    --left[jackknife_block(event, sample.events(), blocks)];
  }
  const CellSpectrum whole = sample.spectrum();
  std::vector<CellSpectrum> without;
  for (std::size_t block = 0; block < blocks; ++block) {
    without.push_back(sample.spectrum(block));
  }
  Estimates estimates;
  for (std::size_t bin = 1; bin <= CellSpectrum::bins; ++bin) {
    const auto share = [&](MaybeBlock block, MaybeBlock /*the same*/) {
      const CellSpectrum& spectrum = block ? without[*block] : whole;
      return static_cast<double>(spectrum.counts()[bin]) /
             static_cast<double>(block ? left[*block] : sample.events());
    };
    estimates.push_back(
        {share(std::nullopt, std::nullopt), jackknife_error(blocks, blocks, true, share)});
  }
  return pair_of(estimates);
}

/// The bins alone: nothing is drawn of cells below or above them.
Json spectrum_view(const ShowerSamples& samples) {
  Json json = {{"log10_low", CellSpectrum::log_low}, {"log10_high", CellSpectrum::log_high}};
  json["per_shower"] = by_sample(samples, spectrum_of);
  return json;
}

Json cells_view(const std::vector<float>& image) {
  std::vector<std::size_t> cells(image.size());
  std::iota(cells.begin(), cells.end(), std::size_t{0});
  std::erase_if(cells, [&](std::size_t cell) { return !(double{image[cell]} > drawn_above); });
  const std::size_t above = cells.size();
  std::ranges::stable_sort(cells, std::ranges::greater{},
                           [&](std::size_t cell) { return image[cell]; });
  cells.resize(std::min(above, most_drawn_cells));
  Json energies = Json::array();
  for (const std::size_t cell : cells) {
    energies.push_back(rounded(double{image[cell]}, 3));
  }
  return {{"above", above},
          {"total", rounded(std::accumulate(image.begin(), image.end(), 0.0))},
          {"cells", cells},
          {"gev", std::move(energies)}};
}

}  // namespace

Json shower_view(const ShowerSamples& samples) {
  Json json;
  json["events"] = samples.fp32.events();
  json["extents"] = samples.fp32.extents();
  json["profiles"] = profiles_view(samples);
  json["energy"] = energy_view(samples);
  json["hits"] = hits_view(samples);
  json["spectrum"] = spectrum_view(samples);
  const EventImages& event = samples.event;
  json["event"] = {{"energy", rounded(event.label.energy)},
                   {"theta", rounded(event.label.theta)},
                   {"threshold", drawn_above},
                   {"reference", cells_view(event.reference)},
                   {"fp32", cells_view(event.fp32)},
                   {"quantized", cells_view(event.quantized)}};
  return json;
}

}  // namespace caloquant
