#pragma once

#include <caloquant/strategy.hpp>
#include <set>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// Measures every layer alone at every precision, predicts all assignments from that and verifies
/// the best ones:
///  1. each layer alone at each precision but its reference (fp32), all others at theirs: N (P - 1)
///     trials, all known ahead. A reference that is not fp32 everywhere (a rule forbids it) is
///     tried first;
///  2. the cheapest assignment that AdditiveModel expects to meet the limits. What a trial gives
///     beyond the prediction corrects the model, and the search goes on (repair) until one meets
///     the target, at most N trials beyond `verifications`;
///  3. with one in hand, while less than `verifications` were tried: the assignment with the
///     largest expected saving, probability x cost saved.
/// With 4 precisions: at most 3 N + 4 trials when the first, second, third or fourth verification
/// meets the target. Ends at once when a trial that meets the target has the least possible cost.
///
/// Where trials go on until they are decided (StrategyOptions::max_events), one that gains little
/// is not worth its time: with a plan in hand, an assignment has to be cheaper by `least_gain`, and
/// likely enough.
class SensitivityStrategy final : public Strategy {
 public:
  /// `known` are assignments that are no verifications though they have several layers: trials that
  /// somebody else wanted.
  SensitivityStrategy(LevelTable table, const StrategyOptions& options,
                      std::vector<Assignment> known = {});
  static constexpr std::size_t verifications = 4;
  static constexpr double least_gain = 0.03;  ///< of the cost
  /// What an assignment has to cost less than, with this least cost of those that meet the target.
  [[nodiscard]] static double worth_below(double least_cost, const StrategyOptions& options);

  [[nodiscard]] std::string_view name() const override { return "sensitivity"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  [[nodiscard]] std::vector<Proposal> known_ahead(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;

 private:
  /// What the history says about the search.
  struct State {
    std::set<Assignment> tried;
    std::size_t verified = 0;  ///< verifications so far
    bool found = false;        ///< a trial of several layers meets the target
    double least_cost = 0.0;   ///< of all that meet it
    std::vector<Assignment> open_singles;
  };
  [[nodiscard]] State state_of(const History& history) const;
  [[nodiscard]] bool cannot_improve(const State& state) const;
  [[nodiscard]] std::optional<Assignment> verification(const History& history,
                                                       const State& state) const;
  [[nodiscard]] std::vector<Assignment> ahead(const History& history, const State& state) const;
  [[nodiscard]] Proposal proposal(const Assignment& assignment) const;
  [[nodiscard]] double cost_of_trial(const Assignment& assignment, const Trial& trial) const;

  LevelTable table_;
  StrategyOptions options_;
  std::vector<Assignment> known_;
  std::vector<Assignment> singles_;  ///< and the reference before them when it is not all fp32
  double least_possible_cost_;
};

}  // namespace caloquant
