#pragma once

#include <caloquant/strategy.hpp>
#include <vector>

namespace caloquant {

/// `basic` of Intel Neural Compressor 1.14 (strategy/basic.py), static approach:
///  1. every op-type-wise combination of the space;
///  2. the best of them is the base; of equal ones the later;
///  3. for each fallback precision:
///     a. from the base, one layer at a time falls back, input to output;
///     b. from the base, layers fall back one after the other, the layer with the best loss in (a)
///        first, of equal ones the earlier. The first such configuration is the best one of (a) and
///        is not repeated. The last one may have no quantized layer.
/// P combinations, N layers: at most P + N + (N - 1) trials per fallback precision.
///
/// There Intel Neural Compressor gives up. With `more_bases` step 3 is repeated from the best
/// combination with other activation algorithms (a base that clips may be the best while every
/// layer is quantized, and still keep every mixed plan from the target). What INC tries comes
/// first, unchanged.
class BasicStrategy final : public Strategy {
 public:
  BasicStrategy(TuningSpace space, bool higher_is_better, bool more_bases = false);

  [[nodiscard]] std::string_view name() const override { return "basic"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  /// All that is left of step (a) or (b); combinations (1) one by one: they have nothing in common.
  [[nodiscard]] std::vector<Proposal> known_ahead(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;
  /// As Intel Neural Compressor.
  [[nodiscard]] bool stops_at_target() const override { return true; }
  /// INC takes the shortest evaluation, which differs from run to run.
  [[nodiscard]] bool prefers_most_layers() const override { return true; }

 private:
  /// The combinations to fall back from, in order; needs all of them in the history.
  [[nodiscard]] std::vector<const TuningConfig*> bases(const History& history) const;
  [[nodiscard]] std::size_t remaining_from(const TuningConfig& base, const History& history,
                                           bool started) const;
  [[nodiscard]] std::vector<Proposal> one_at_a_time(const TuningConfig& base,
                                                    Precision precision) const;
  [[nodiscard]] std::vector<Proposal> accumulated(const TuningConfig& base, Precision precision,
                                                  const History& history) const;

  TuningSpace space_;
  bool higher_is_better_;
  bool more_bases_;
  std::vector<Proposal> combinations_;
};

}  // namespace caloquant
