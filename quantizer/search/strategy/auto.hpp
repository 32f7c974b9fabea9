#pragma once

#include <caloquant/strategy.hpp>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"
#include "quantizer/search/strategy/sensitivity.hpp"

namespace caloquant {

/// What most users want:
///  1. openings: all int8; int8 with the tail (the last two convolutions) at w8a16; all w8a16 (a
///     dense layer w8); the same with the first convolution at int8; the same with the last one at
///     its reference; all bf16. A layer without the precision takes its most compact one, in the
///     last opening its reference. Left out are those that are not worth it beside a plan that
///     meets the target already, and, after int8, those that are nowhere more precise than a plan
///     that does not meet it;
///  2. `sensitivity`, which learns from the openings too;
///  3. when nothing has met the target: every layer at the precision at which it loses least,
///     then without the most sensitive layer, and so on down to two layers. (One layer alone was
///     tried in 2.) So it ends without a plan only where no layer alone meets the target and no
///     plan makes errors cancel.
class AutoStrategy final : public Strategy {
 public:
  AutoStrategy(LevelTable table, const StrategyOptions& options);

  [[nodiscard]] std::string_view name() const override { return "auto"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  [[nodiscard]] std::vector<Proposal> known_ahead(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;

 private:
  /// The first opening that is still worth a trial.
  [[nodiscard]] std::optional<Assignment> next_opening(const History& history) const;
  /// What is left of (3).
  [[nodiscard]] std::vector<Assignment> open_mixes(const History& history) const;

  LevelTable table_;
  StrategyOptions options_;
  std::vector<Assignment> openings_;
  SensitivityStrategy sensitivity_;
};

/// The openings of a table in their order, without repeats and without plans that quantize nothing.
[[nodiscard]] std::vector<Assignment> opening_plans_of(const LevelTable& table);

}  // namespace caloquant
