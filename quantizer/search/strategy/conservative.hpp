#pragma once

#include <caloquant/strategy.hpp>
#include <vector>

#include "quantizer/search/strategy/level_table.hpp"

namespace caloquant {

/// `conservative` of Intel Neural Compressor 2 (strategy/conservative.py): from fp32 everywhere,
/// one op type after the other (conv, dense, then others) is quantized as a whole and stays so
/// where the target is still met. Where int8 misses it, the next precision of the ladder is tried
/// for the type (Intel Neural Compressor leaves it fp32 at once). At most T (P - 1) trials for T
/// op types and P precisions.
class ConservativeStrategy final : public Strategy {
 public:
  explicit ConservativeStrategy(LevelTable table);

  [[nodiscard]] std::string_view name() const override { return "conservative"; }
  [[nodiscard]] std::optional<Proposal> next(const History& history) const override;
  [[nodiscard]] std::size_t remaining_at_most(const History& history) const override;

 private:
  struct OpType {
    std::string op;
    std::vector<Precision> precisions;  ///< that its layers search, the most compact first
  };
  /// Where the history has come to: the first proposal that is not in it.
  struct Walk {
    std::optional<Proposal> next;
    std::size_t remaining = 0;
  };
  [[nodiscard]] Walk walk(const History& history) const;
  /// The plan with every layer of a type at a precision; layers that lack it keep theirs.
  [[nodiscard]] Assignment converted(const Assignment& plan, const OpType& type,
                                     Precision precision) const;

  LevelTable table_;
  std::vector<OpType> types_;
};

}  // namespace caloquant
