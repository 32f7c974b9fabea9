#pragma once

#include <caloquant/range.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace caloquant {

/// Finds the range of one activation tensor from the values that pass by in calibration. The result
/// depends on the multiset of values alone: not on their order, on how they were cut into calls,
/// nor on how observers were merged.
class Observer {
 public:
  virtual ~Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  /// Takes all values, or none: throws DataError with the name of the tensor and the index of the
  /// first value that is NaN or infinite.
  virtual void observe(std::span<const float> values) = 0;
  /// Takes what `other`, an observer of the same algorithm, has seen.
  virtual void merge(const Observer& other) = 0;
  /// low <= 0 <= high, never beyond the smallest and largest value (or 0). {0, 0} before any value.
  [[nodiscard]] virtual Range range() const = 0;
  [[nodiscard]] virtual RangeAlgorithm algorithm() const noexcept = 0;

 protected:
  Observer() = default;
};

/// An observer of `algorithm`; `tensor` names the observed tensor in errors.
[[nodiscard]] std::unique_ptr<Observer> make_observer(RangeAlgorithm algorithm, std::string tensor);

}  // namespace caloquant
