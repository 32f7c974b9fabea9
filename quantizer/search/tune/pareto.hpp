#pragma once

#include <caloquant/strategy.hpp>
#include <cstddef>
#include <vector>

namespace caloquant {

/// Indices, in order, of the trials that no other one dominates: none is at least as good in loss,
/// milliseconds and bytes by the table, and better in one. Of trials that are equal in all three
/// the first is taken. Trials without a finite loss, or with one from a part of the events, are
/// left out. Throws ConfigError when the table lacks a layer or a precision.
[[nodiscard]] std::vector<std::size_t> pareto_front(const History& history, const CostTable& costs,
                                                    bool higher_is_better = false);

}  // namespace caloquant
