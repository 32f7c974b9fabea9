#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/exec/engine.hpp"

namespace caloquant::testing {

/// What became of the cells of one integer layer.
struct LayerTally {
  std::string layer;
  bool requantized = false;  ///< stores integers; otherwise f32
  std::int64_t cells = 0;
  std::int64_t ties = 0;       ///< one step off, with the exact value within rounding of a tie
  std::int64_t near_ties = 0;  ///< cells whose exact value is that close to a tie
  std::int64_t wrong = 0;      ///< anything else that differs
};

/// Judges every integer layer of an engine while it runs, on the bytes that really arrive there:
/// exact s32 sums, the epilogue in double, and a bound of what f32 makes of that epilogue.
class IntegerCheck {
 public:
  /// For compile_engine(). The judge must outlive the executable.
  [[nodiscard]] StepListener listener();
  /// Also compile each layer for its bare s32 sums and hold them to the exact ones.
  void check_sums() { checks_sums_ = true; }
  [[nodiscard]] const std::vector<LayerTally>& tallies() const { return tallies_; }

 private:
  void judge(const LoweredGraph& graph, std::size_t step, const std::byte* src,
             const std::byte* dst);

  bool checks_sums_ = false;
  std::vector<LayerTally> tallies_;
};

}  // namespace caloquant::testing
