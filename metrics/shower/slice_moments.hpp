#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace caloquant {

/// Moments over events of one number per slice, in one pass (Welford; merge of Chan et al. 1979;
/// third and fourth moments of Pebay, SAND2008-6212).
class SliceMoments {
 public:
  explicit SliceMoments(std::size_t slices);

  /// One event: `values` [slices].
  void add(std::span<const double> values);
  /// One event of groups: per slice the mean of the group and its population variance. The variance
  /// is then that of all members, when the groups of a slice are equally large; the third and
  /// fourth moments lose their meaning.
  void add_groups(std::span<const double> means, std::span<const double> variances);
  void merge(const SliceMoments& other);

  [[nodiscard]] std::size_t slices() const noexcept { return mean_.size(); }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// Per slice; count() > 0 is needed for the others.
  [[nodiscard]] double mean(std::size_t slice) const { return mean_[slice]; }
  [[nodiscard]] double variance(std::size_t slice) const;       ///< population: 1/N
  [[nodiscard]] double third_moment(std::size_t slice) const;   ///< central, 1/N
  [[nodiscard]] double fourth_moment(std::size_t slice) const;  ///< central, 1/N

 private:
  [[nodiscard]] double per_event(double sum) const { return sum / static_cast<double>(count_); }

  std::size_t count_ = 0;
  std::vector<double> mean_;
  std::vector<double> m2_;  ///< sums of powers of deviations from the mean
  std::vector<double> m3_;
  std::vector<double> m4_;
};

}  // namespace caloquant
