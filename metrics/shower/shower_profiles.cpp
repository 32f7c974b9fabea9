#include "metrics/shower/shower_profiles.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

constexpr std::size_t most_jackknife_blocks = 20;

std::size_t unit_count(std::size_t events, std::size_t batch_size) {
  return batch_size == 0 ? events : (events + batch_size - 1) / batch_size;
}

/// A lone event has no spread, so blocks of events hold two at least; a batch is an estimate.
std::size_t block_count(std::size_t units, std::size_t batch_size) {
  const std::size_t possible = batch_size == 0 ? units / 2 : units;
  return std::clamp<std::size_t>(possible, 1, most_jackknife_blocks);
}

std::vector<double> cells_per_slice(const ImageExtents& extents) {
  std::vector<double> cells;
  for (const std::size_t extent : extents) {
    const std::size_t in_slice = cell_count(extents) / extent;
    cells.insert(cells.end(), extent, static_cast<double>(in_slice));
  }
  return cells;
}

void add_to(std::vector<double>& sums, const std::vector<double>& values) {
  std::transform(sums.begin(), sums.end(), values.begin(), sums.begin(), std::plus<>());
}

}  // namespace

void ShowerProfiles::BatchSums::add(const SliceMoments& batch) {
  ++batches;
  for (std::size_t slice = 0; slice < batch.slices(); ++slice) {
    mean[slice] += batch.mean(slice);
    variance[slice] += batch.variance(slice);
    stddev[slice] += std::sqrt(batch.variance(slice));
  }
}

void ShowerProfiles::BatchSums::merge(const BatchSums& other) {
  batches += other.batches;
  add_to(mean, other.mean);
  add_to(variance, other.variance);
  add_to(stddev, other.stddev);
}

ShowerProfiles::ShowerProfiles(const Spec& spec)
    : spec_(spec),
      units_(unit_count(spec.events, spec.batch_size)),
      means_(slice_count(spec.extents)),
      variances_(slice_count(spec.extents)),
      batch_(slice_count(spec.extents)) {
  CALOQUANT_EXPECT(spec.events > 0 && cell_count(spec.extents) > 0);
  cells_ = cells_per_slice(spec.extents);
  blocks_.assign(block_count(units_, spec.batch_size), empty_block());
}

void ShowerProfiles::add(std::size_t first_event, std::span<const float> images, int threads) {
  const std::size_t cells = cell_count(spec_.extents);
  const std::size_t slices = slice_count(spec_.extents);
  const std::size_t events = images.size() / cells;
  CALOQUANT_EXPECT(images.size() == events * cells && threads >= 1);
  CALOQUANT_EXPECT(first_event == added_ && events <= spec_.events - added_);
  const bool needs_squares = spec_.profile == LossProfile::cell;
  std::vector<double> sums(events * slices);
  std::vector<double> squares(needs_squares ? sums.size() : 0);
  std::vector<std::size_t> not_finite(events);
  const auto slices_of = [slices](std::vector<double>& values, std::size_t event) {
    return values.empty() ? std::span<double>() : std::span(values).subspan(event * slices, slices);
  };
#pragma omp parallel for num_threads(within_reason(threads)) if (threads > 1)
  for (std::size_t event = 0; event < events; ++event) {
    not_finite[event] =
        slice_sums(images.subspan(event * cells, cells), spec_.extents, spec_.convert,
                   slices_of(sums, event), slices_of(squares, event));
  }
  for (std::size_t event = 0; event < events; ++event) {
    add_event(slices_of(sums, event), slices_of(squares, event), not_finite[event]);
  }
}

void ShowerProfiles::add_event(std::span<const double> sums, std::span<const double> squares,
                               std::size_t not_finite) {
  CALOQUANT_EXPECT(added_ < spec_.events && sums.size() == slice_count(spec_.extents));
  cells_not_finite_ += not_finite;
  add_moments(sums, squares);
  end_event();
}

void ShowerProfiles::add_moments(std::span<const double> sums, std::span<const double> squares) {
  all_zero_ =
      all_zero_ && std::all_of(sums.begin(), sums.end(), [](double sum) { return sum == 0.0; });
  SliceMoments& moments = spec_.batch_size == 0 ? blocks_[block_of(added_)].moments : batch_;
  if (spec_.profile == LossProfile::sum) {
    moments.add(sums);
    return;
  }
  for (std::size_t slice = 0; slice < sums.size(); ++slice) {
    const double mean = sums[slice] / cells_[slice];
    means_[slice] = mean;
    // Within one event the difference is harmless in double: calorimeter cells spread by several
    // times their mean. Equal cells may leave a rounding error below 0.
    variances_[slice] = std::max(0.0, squares[slice] / cells_[slice] - mean * mean);
  }
  moments.add_groups(means_, variances_);
}

void ShowerProfiles::end_event() {
  ++added_;
  if (spec_.batch_size != 0 && (added_ % spec_.batch_size == 0 || complete())) {
    const std::size_t batch = (added_ - 1) / spec_.batch_size;
    blocks_[block_of(batch)].batches.add(batch_);
    batch_ = SliceMoments(batch_.slices());
  }
}

std::size_t ShowerProfiles::block_of(std::size_t unit) const {
  return unit * blocks_.size() / units_;
}

ProfileEstimate ShowerProfiles::estimate(LossSpread spread,
                                         std::optional<std::size_t> without_block) const {
  CALOQUANT_EXPECT(complete());
  CALOQUANT_EXPECT(!without_block || (*without_block < blocks() && blocks() > 1));
  const std::size_t slices = slice_count(spec_.extents);
  ProfileEstimate estimate{std::vector<double>(slices), std::vector<double>(slices)};
  const bool variance = spread == LossSpread::variance;
  if (spec_.batch_size == 0) {
    const SliceMoments moments = merged_moments(without_block);
    for (std::size_t slice = 0; slice < slices; ++slice) {
      estimate.mean[slice] = moments.mean(slice);
      const double v = moments.variance(slice);
      estimate.spread[slice] = variance ? v : std::sqrt(v);
    }
    return estimate;
  }
  const BatchSums batches = merged_batches(without_block);
  const double count = static_cast<double>(batches.batches);
  for (std::size_t slice = 0; slice < slices; ++slice) {
    estimate.mean[slice] = batches.mean[slice] / count;
    estimate.spread[slice] = (variance ? batches.variance : batches.stddev)[slice] / count;
  }
  return estimate;
}

std::optional<SliceMoments> ShowerProfiles::moments() const {
  CALOQUANT_EXPECT(complete());
  return spec_.batch_size == 0 ? std::optional(merged_moments({})) : std::nullopt;
}

SliceMoments ShowerProfiles::merged_moments(std::optional<std::size_t> without) const {
  SliceMoments merged(slice_count(spec_.extents));
  for (std::size_t block = 0; block < blocks(); ++block) {
    if (block != without) {
      merged.merge(blocks_[block].moments);
    }
  }
  return merged;
}

ShowerProfiles::BatchSums ShowerProfiles::merged_batches(std::optional<std::size_t> without) const {
  BatchSums merged = empty_block().batches;
  for (std::size_t block = 0; block < blocks(); ++block) {
    if (block != without) {
      merged.merge(blocks_[block].batches);
    }
  }
  return merged;
}

ShowerProfiles::Block ShowerProfiles::empty_block() const {
  const std::vector<double> zeros(slice_count(spec_.extents), 0.0);
  return {SliceMoments(zeros.size()), {0, zeros, zeros, zeros}};
}

ShowerProfiles::Spec profiles_spec(const ShowerLossOptions& options, const ImageExtents& extents,
                                   std::size_t events, EnergyUnits images, EnergyUnits network) {
  return {.extents = extents,
          .events = events,
          .profile = options.profile,
          .batch_size = options.batch_size,
          .convert = convert_cells(images, units_of_loss(options.units, network))};
}

}  // namespace caloquant
