#pragma once

#include <cstdint>

#include "quantizer/search/strategy/fixed_sequence.hpp"

namespace caloquant {

/// Assignments drawn by chance, each with the same probability and none twice: what every other
/// strategy has to beat. At most `most_trials` of them.
class RandomStrategy final : public FixedSequence {
 public:
  /// The same seed gives the same sequence on every machine.
  RandomStrategy(LevelTable table, std::uint64_t seed, std::size_t most_trials);
  [[nodiscard]] std::string_view name() const override { return "random"; }
};

}  // namespace caloquant
