#pragma once

#include <cstdint>
#include <vector>

#include "ops/cpu/isa.hpp"

namespace caloquant {

/// Sum of x^T x over rows x, in double and row after row, by one thread: the same bits however the
/// rows are cut into calls and for every instruction set.
class GramSum {
 public:
  explicit GramSum(std::int64_t width, Isa isa = active_isa());
  /// Rows [count, width], each `stride` floats behind the one before.
  void add(const float* rows, std::int64_t count, std::int64_t stride);
  /// Into [width, width].
  void copy_to(double* gram) const;

 private:
  void add_panel(std::int64_t count);

  Isa isa_;
  std::int64_t width_;
  std::int64_t padded_;        ///< whole tiles
  std::vector<double> panel_;  ///< [panel_rows, padded]
  std::vector<double>
      sums_;  ///< [padded, padded]; only tiles with something on or above the diagonal
};

}  // namespace caloquant
