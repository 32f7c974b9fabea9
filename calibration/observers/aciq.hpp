#pragma once

#include <string>

#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// Analytical clipping (Banner, Nahshan & Soudry, NeurIPS 2019, arXiv:1810.05723): the tensor is
/// taken for a Laplace or a normal distribution, whose squared error of a code with M bits and the
/// range mu -+ alpha is known, and alpha is where it is smallest. A tensor without values of one
/// sign is taken for half of a distribution around 0, which has one bit more. Exact zeros are left
/// out. For 8 bits alpha is 9.9 times the mean deviation or 3.9 times the standard deviation: the
/// tail of a shower is far heavier, so that its core is clipped.
class AciqObserver final : public Observer {
 public:
  AciqObserver(std::string tensor, AciqPrior prior);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override { return RangeAlgorithm::aciq; }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  AciqPrior prior_;
  ValueDistribution distribution_;
};

/// [max(min, mu - alpha), min(max, mu + alpha)], and 0; mu is 0 for values of one sign.
[[nodiscard]] Range aciq_range(const ValueDistribution& distribution, AciqPrior prior);

/// alpha / b of a Laplace distribution: the root of a = 3 4^bits e^-a, that is Lambert
/// W(3 4^bits). 2.83 for 2 bits, 9.90 for 8.
[[nodiscard]] double aciq_laplace(int bits);
/// alpha / sigma of a normal distribution: the zero of the derivative of its error,
/// a (1 - erf(a / sqrt 2)) - sqrt(2 / pi) e^(-a^2 / 2) + a / (3 4^bits). 1.71 for 2 bits, 3.92 for
/// 8.
[[nodiscard]] double aciq_gauss(int bits);

}  // namespace caloquant
