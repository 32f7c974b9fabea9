#pragma once

#include <caloquant/shower_loss.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "metrics/shower/slice_moments.hpp"
#include "metrics/shower/slice_sums.hpp"

namespace caloquant {

/// Mean and spread per slice (x slices, then y, then z), in the units of the loss.
struct ProfileEstimate {
  std::vector<double> mean;
  std::vector<double> spread;
};

/// The profiles of one sample of showers, accumulated in one pass over its events. A reference is
/// accumulated once and compared with many samples.
///
/// Events belong to jackknife blocks by their number alone: event i of N to block i * G / N, with
/// G = min(20, N / 2), at least 1. With per-batch averaging whole batches are dealt out: batch b of
/// M to block b * G / M, G = min(20, M). Results are the same bits for every way of cutting the
/// sample into calls of add() and for every number of threads.
class ShowerProfiles {
 public:
  struct Spec {
    ImageExtents extents{};
    std::size_t events = 0;  ///< of the whole sample, > 0
    LossProfile profile = LossProfile::sum;
    std::size_t batch_size = 0;  ///< as in ShowerLossOptions
    CellConversion convert{};    ///< from the units of the images to those of the loss
  };
  explicit ShowerProfiles(const Spec& spec);

  /// Events [first_event, first_event + n), images [n, X, Y, Z]. Events come in order, each once:
  /// first_event is the number of events added so far.
  void add(std::size_t first_event, std::span<const float> images, int threads = 1);
  /// The next event by its slice sums [X + Y + Z] and, for cell profiles, their squares, in the
  /// units of the loss (slice_sums.hpp); `not_finite`: its cells that were not finite.
  void add_event(std::span<const double> sums, std::span<const double> squares,
                 std::size_t not_finite);

  [[nodiscard]] const Spec& spec() const noexcept { return spec_; }
  [[nodiscard]] bool complete() const noexcept { return added_ == spec_.events; }
  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_.size(); }
  /// Of the whole sample, or of all blocks but one. Needs complete().
  [[nodiscard]] ProfileEstimate estimate(LossSpread spread,
                                         std::optional<std::size_t> without_block = {}) const;
  /// Moments of all events; empty for per-batch averaging. Needs complete().
  [[nodiscard]] std::optional<SliceMoments> moments() const;

  /// Cells that were NaN or infinite; they count as 0 in the sums.
  [[nodiscard]] std::size_t cells_not_finite() const noexcept { return cells_not_finite_; }
  [[nodiscard]] bool all_zero() const noexcept { return all_zero_; }

 private:
  /// Per-batch averaging: sums over batches of each batch's mean, variance and standard deviation.
  struct BatchSums {
    std::size_t batches = 0;
    std::vector<double> mean;
    std::vector<double> variance;
    std::vector<double> stddev;
    void add(const SliceMoments& batch);
    void merge(const BatchSums& other);
  };
  struct Block {
    SliceMoments moments;
    BatchSums batches;
  };

  [[nodiscard]] std::size_t block_of(std::size_t unit) const;
  void add_moments(std::span<const double> sums, std::span<const double> squares);
  void end_event();
  [[nodiscard]] SliceMoments merged_moments(std::optional<std::size_t> without) const;
  [[nodiscard]] BatchSums merged_batches(std::optional<std::size_t> without) const;
  [[nodiscard]] Block empty_block() const;

  Spec spec_;
  std::size_t units_;              ///< events or batches: what is dealt out to blocks
  std::vector<double> cells_;      ///< cells per slice
  std::vector<double> means_;      ///< of the cells of one event, per slice
  std::vector<double> variances_;  ///< of the cells of one event, per slice
  std::vector<Block> blocks_;
  SliceMoments batch_;  ///< the batch being filled
  std::size_t added_ = 0;
  std::size_t cells_not_finite_ = 0;
  bool all_zero_ = true;
};

/// What `options` ask to be accumulated for `events` images encoded as `images`, when the network
/// puts out `network` units.
[[nodiscard]] ShowerProfiles::Spec profiles_spec(const ShowerLossOptions& options,
                                                 const ImageExtents& extents, std::size_t events,
                                                 EnergyUnits images, EnergyUnits network);

}  // namespace caloquant
