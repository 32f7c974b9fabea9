#include "quantizer/search/tune/pareto.hpp"

#include <algorithm>
#include <cmath>

#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

struct Point {
  std::size_t trial;
  double loss;  ///< lower is better
  LayerCost cost;
};

/// At least as good in everything; equal points dominate each other.
bool as_good(const Point& left, const Point& right) {
  return left.loss <= right.loss && left.cost.milliseconds <= right.cost.milliseconds &&
         left.cost.bytes <= right.cost.bytes;
}

bool dominates(const Point& left, const Point& right) {
  return as_good(left, right) && (!as_good(right, left) || left.trial < right.trial);
}

}  // namespace

std::vector<std::size_t> pareto_front(const History& history, const CostTable& costs,
                                      bool higher_is_better) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Trial& trial = history[i];
    if (trial.error.empty() && std::isfinite(trial.loss) && !trial.stopped_early) {
      points.push_back(
          {i, higher_is_better ? -trial.loss : trial.loss, cost_of(trial.proposal.config, costs)});
    }
  }
  std::vector<std::size_t> front;
  for (const Point& point : points) {
    const bool dominated =
        std::ranges::any_of(points, [&](const Point& other) { return dominates(other, point); });
    if (!dominated) {
      front.push_back(point.trial);
    }
  }
  return front;
}

}  // namespace caloquant
