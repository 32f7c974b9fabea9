#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "calibration/observers/observer.hpp"
#include "ops/core/histogram.hpp"

namespace caloquant {

/// The clipping that loses the least information (S. Migacz, "8-bit Inference with TensorRT",
/// GTC 2017), from a histogram of |x| with 2048 bins of a power-of-two width.
///
/// The range is [max(min, -T), min(max, T)]: one threshold T for both signs, because a symmetric s8
/// code has one scale, and an asymmetric one gains from the min-max cut on the short side. The
/// number of levels is what the magnitude gets: 255 when all values have one sign, 128 when not.
/// Exact zeros are left out, because every code here represents 0 exactly: with them, sparse
/// activations (post-ReLU tensors, shower images) would be clipped for the sake of a spike that
/// costs nothing. The price of clipping to watch is the total energy: shower cores are the tail.
class KlObserver final : public Observer {
 public:
  explicit KlObserver(std::string tensor);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override { return RangeAlgorithm::kl; }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  Range extremes_;
  std::uint64_t zeros_ = 0;
  Histogram magnitudes_;
};

/// KL(P || Q) in nats of keeping the first `kept` bins. P: these bins, with all counts beyond added
/// to the last of them. Q: these bins without the counts beyond, merged into `levels` equal levels,
/// each level spread evenly over its bins that are not empty. Q counts half an entry where P has
/// some and Q has none (Migacz' smoothing); both are normalised. Infinite when the first `kept`
/// bins are empty.
[[nodiscard]] double clipping_divergence(std::span<const std::uint64_t> counts, std::size_t kept,
                                         std::size_t levels);

/// The number of bins, from `levels` to all up to the last filled one, with the smallest
/// divergence; the larger of equals. All filled ones when there are not more than `levels`.
[[nodiscard]] std::size_t best_clipping(std::span<const std::uint64_t> counts, std::size_t levels);

}  // namespace caloquant
