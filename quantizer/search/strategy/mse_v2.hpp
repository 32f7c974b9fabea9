#pragma once

#include <caloquant/strategy.hpp>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// `mse_v2` of Intel Neural Compressor 2 (strategy/mse_v2.py), with the error that counts, the loss
/// of the run, in place of the squared error of the output on two batches:
///  1. every layer at its most compact precision;
///  2. each layer alone so, the others at their reference: its error;
///  3. layers fall back to the reference one after the other, the most sensitive first, until the
///     target is met;
///  4. shrink phase: the least sensitive of them first, each is quantized again at the most compact
///     precision with which the target is still met. (Intel Neural Compressor ends this phase at
///     the first failure and knows int8 alone.)
/// At most 1 + N + N + N (P - 1) trials for N layers and P precisions.
class MseV2Strategy final : public Strategy {
 public:
  MseV2Strategy(LevelTable table, bool higher_is_better);

  [[nodiscard]] std::string_view name() const override { return "mse_v2"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  /// The layers alone (2) together, all else one by one.
  [[nodiscard]] std::vector<Proposal> known_ahead(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;

 private:
  /// Where the history has come to: what is not in it, and an upper bound of all that may follow.
  struct Walk {
    std::vector<Proposal> ahead;
    std::size_t remaining = 0;
  };
  [[nodiscard]] Walk walk(const History& history) const;
  /// Layers with more than one level, the most sensitive first; needs all of (2).
  [[nodiscard]] std::vector<std::size_t> by_sensitivity(const History& history) const;
  [[nodiscard]] Walk fall_back(const History& history) const;
  [[nodiscard]] Walk shrink(const History& history, Assignment plan,
                            const std::vector<std::size_t>& fallen) const;
  [[nodiscard]] Assignment alone(std::size_t layer) const;
  [[nodiscard]] Proposal proposal(const Assignment& assignment,
                                  const std::vector<std::size_t>& fallen,
                                  const std::string& changed) const;
  [[nodiscard]] std::size_t shrink_trials(const std::vector<std::size_t>& layers) const;

  LevelTable table_;
  bool higher_is_better_;
  std::vector<std::size_t> layers_;  ///< those with more than one level
};

}  // namespace caloquant
