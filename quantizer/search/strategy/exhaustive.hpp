#pragma once

#include "quantizer/search/strategy/fixed_sequence.hpp"

namespace caloquant {

/// Every assignment with a quantized layer, the least cost first (of equal costs the more compact
/// in earlier layers). The first that meets the target is the cheapest that does; the rest makes
/// the Pareto set whole, so the search goes through to the end.
class ExhaustiveStrategy final : public FixedSequence {
 public:
  /// Throws ConfigError, with the size, for more than `most_listed_assignments` assignments.
  explicit ExhaustiveStrategy(LevelTable table);
  [[nodiscard]] std::string_view name() const override { return "exhaustive"; }
};

}  // namespace caloquant
