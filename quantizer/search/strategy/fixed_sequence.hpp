#pragma once

#include <caloquant/strategy.hpp>
#include <string>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// A strategy that knows all its proposals from the beginning.
class FixedSequence : public Strategy {
 public:
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  /// All that are left, in their order.
  [[nodiscard]] std::vector<Proposal> known_ahead(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;

 protected:
  explicit FixedSequence(LevelTable table) : table_(std::move(table)) {}
  [[nodiscard]] const LevelTable& table() const { return table_; }
  /// Distinct ones.
  void set_sequence(std::vector<Assignment> sequence) { sequence_ = std::move(sequence); }

 private:
  LevelTable table_;
  std::vector<Assignment> sequence_;
};

/// More assignments than this are not held in memory.
inline constexpr std::size_t most_listed_assignments = 100'000;

/// Every assignment with a quantized layer; `table` has at most `most_listed_assignments`. Later
/// layers vary faster.
[[nodiscard]] std::vector<Assignment> all_assignments(const LevelTable& table);

}  // namespace caloquant
