#pragma once

#include <string>

#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// The clipping whose integer code has the smallest squared error on the values (Wu et al. 2020,
/// arXiv:2004.09602; Nagel et al. 2021, arXiv:2106.08295), measured with the type and
/// the rounding that the layer will have. Squares weigh a clipped core: it clips less than KL.
class MseObserver final : public Observer {
 public:
  MseObserver(std::string tensor, ActivationCode code);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override { return RangeAlgorithm::mse; }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  ActivationCode code_;
  ValueDistribution distribution_;
};

/// [max(min, -T), min(max, T)] with the best of a fixed set of T: from the largest magnitude down
/// to 1/256 of it in steps of 2^(1/16), then 1/16 of such a step around the best of these. Of equal
/// errors the largest T.
[[nodiscard]] Range mse_range(const ValueDistribution& distribution, const ActivationCode& code);

}  // namespace caloquant
