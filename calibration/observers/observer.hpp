#pragma once

#include <caloquant/range.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "calibration/observers/activation_code.hpp"
#include "ops/core/extremes.hpp"

namespace caloquant {

/// Finds the range of one activation tensor from the values that pass by in calibration, in memory
/// that does not grow with them.
///
/// The result depends on the multiset of values alone: not on their order, nor on how they were
/// cut into calls. Only `moving_average` (and through it `automatic`) also depends on which values
/// are one event and on the order of events; nothing depends on how many events one call brings.
class Observer {
 public:
  virtual ~Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  /// Takes all values of `events` consecutive events, equally many of each, or none: throws
  /// DataError with the name of the tensor and the index of the first value that is NaN or
  /// infinite. No values are no event.
  void observe(std::span<const float> values, std::size_t events = 1);
  /// low <= 0 <= high, never beyond the smallest and largest value (or 0), but for
  /// `minmax_headroom`. {0, 0} before any value.
  [[nodiscard]] virtual Range range() const = 0;
  [[nodiscard]] virtual RangeAlgorithm algorithm() const noexcept = 0;

 protected:
  explicit Observer(std::string tensor);

 private:
  /// `values` are finite and at least one; `extremes` are theirs.
  virtual void take(std::span<const float> values, std::size_t events,
                    const Extremes& extremes) = 0;

  std::string tensor_;
};

/// What observers are made with.
struct ObserverOptions {
  RangeOptions ranges;
  ActivationCode code = measured_code;  ///< whose error `mse` and `automatic` measure
};

/// An observer of `algorithm`; `tensor` names the observed tensor in errors.
[[nodiscard]] std::unique_ptr<Observer> make_observer(RangeAlgorithm algorithm, std::string tensor,
                                                      const ObserverOptions& options = {});

/// The smallest range that holds both.
[[nodiscard]] Range united(const Range& a, const Range& b);
/// The values of `range` from -threshold to threshold: one threshold for both signs, because a
/// symmetric s8 code has one scale, and an asymmetric one gains from the cut on the short side.
[[nodiscard]] Range clipped(const Range& range, double threshold);

}  // namespace caloquant
