#include "quantizer/search/strategy/assignment_search.hpp"

#include <algorithm>
#include <numeric>

#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

// Phi(-2.33) = 0.01: no measure of an assignment that probable lies further beyond its limit.
constexpr double most_sigmas = 2.33;

class Search {
 public:
  Search(const LevelTable& table, const AdditiveModel& model, const LevelCosts& costs,
         const std::set<Assignment>& excluded, const SearchRequest& request)
      : table_(table), model_(model), costs_(costs), excluded_(excluded), request_(request) {
    order_layers();
    order_levels();
    bound_rests();
  }

  std::optional<Assignment> run() {
    assignment_ = table_.reference();
    std::vector<double> sums(model_.measures());
    for (std::size_t measure = 0; measure < sums.size(); ++measure) {
      sums[measure] = model_.base(measure);
    }
    descend(0, 0.0, sums);
    return best_;
  }

 private:
  /// What the layers from some depth on can still add.
  struct Rest {
    double least_cost = 0.0;
    std::vector<double> lowest;   ///< by measure
    std::vector<double> highest;  ///< by measure
  };

  void order_layers() {
    std::vector<double> spread;
    for (const std::vector<double>& levels : costs_) {
      const auto [low, high] = std::ranges::minmax(levels);
      spread.push_back(high - low);
    }
    layers_.resize(costs_.size());
    std::iota(layers_.begin(), layers_.end(), std::size_t{0});
    std::ranges::stable_sort(layers_, std::ranges::greater{},
                             [&](std::size_t layer) { return spread[layer]; });
  }

  void order_levels() {
    for (std::size_t layer = 0; layer < costs_.size(); ++layer) {
      std::vector<std::uint8_t> levels;
      for (std::size_t level = 0; level < costs_[layer].size(); ++level) {
        if (model_.usable(layer, static_cast<std::uint8_t>(level))) {
          levels.push_back(static_cast<std::uint8_t>(level));
        }
      }
      std::ranges::stable_sort(levels, {},
                               [&](std::uint8_t level) { return costs_[layer][level]; });
      levels_.push_back(std::move(levels));
    }
  }

  void bound_rests() {
    rests_.resize(layers_.size() + 1);
    rests_.back().lowest.assign(model_.measures(), 0.0);
    rests_.back().highest.assign(model_.measures(), 0.0);
    for (std::size_t depth = layers_.size(); depth-- > 0;) {
      const std::size_t layer = layers_[depth];
      Rest rest = rests_[depth + 1];
      rest.least_cost += costs_[layer][levels_[layer].front()];
      for (std::size_t measure = 0; measure < model_.measures(); ++measure) {
        const auto error = [&](std::uint8_t level) { return model_.error(measure, layer, level); };
        rest.lowest[measure] += error(std::ranges::min(levels_[layer], {}, error));
        rest.highest[measure] += error(std::ranges::max(levels_[layer], {}, error));
      }
      rests_[depth] = std::move(rest);
    }
    const double sigmas = request_.least_probability >= 0.5 ? 0.0 : most_sigmas;
    for (std::size_t measure = 0; measure < model_.measures(); ++measure) {
      slack_.push_back(model_.slack(measure, sigmas));
    }
  }

  /// Can anything below this branch be better than the best so far?
  [[nodiscard]] bool worth_it(std::size_t depth, double cost,
                              const std::vector<double>& sums) const {
    const double least = cost + rests_[depth].least_cost;
    if (least >= request_.cost_below || same_cost(least, request_.cost_below)) {
      return false;
    }
    if (best_ && request_.sought == SearchRequest::Sought::least_cost && least > best_cost_ &&
        !same_cost(least, best_cost_)) {
      return false;
    }
    if (best_ && request_.sought == SearchRequest::Sought::largest_gain &&
        request_.cost_below - least <= best_score_) {
      return false;
    }
    for (std::size_t measure = 0; measure < sums.size(); ++measure) {
      const double limit = model_.limit(measure) + slack_[measure];
      if (sums[measure] + rests_[depth].lowest[measure] > limit ||
          (measure > 0 && sums[measure] + rests_[depth].highest[measure] < -limit)) {
        return false;
      }
    }
    return true;
  }

  void descend(std::size_t depth, double cost, const std::vector<double>& sums) {
    if (nodes_ >= most_nodes || !worth_it(depth, cost, sums)) {
      return;
    }
    ++nodes_;
    if (depth == layers_.size()) {
      consider();
      return;
    }
    const std::size_t layer = layers_[depth];
    std::vector<double> next(sums.size());
    for (const std::uint8_t level : levels_[layer]) {
      assignment_[layer] = level;
      for (std::size_t measure = 0; measure < sums.size(); ++measure) {
        next[measure] = sums[measure] + model_.error(measure, layer, level);
      }
      descend(depth + 1, cost + costs_[layer][level], next);
    }
  }

  /// A whole assignment.
  void consider() {
    if (excluded_.count(assignment_) > 0 || !table_.quantizes(assignment_)) {
      return;
    }
    const double probability = model_.probability(assignment_);
    if (probability < request_.least_probability) {
      return;
    }
    double cost = 0.0;  // in the order of the layers, so that equal sums have equal bits
    for (std::size_t layer = 0; layer < costs_.size(); ++layer) {
      cost += costs_[layer][assignment_[layer]];
    }
    double score = 0.0;
    bool better = !best_;
    switch (request_.sought) {
      case SearchRequest::Sought::least_cost:
        score = -model_.predict(0, assignment_).mean;
        better = better || (same_cost(cost, best_cost_) ? score > best_score_ : cost < best_cost_);
        break;
      case SearchRequest::Sought::largest_gain:
        score = probability * (request_.cost_below - cost);
        better = better || score > best_score_;
        break;
      case SearchRequest::Sought::likeliest:
        score = probability;
        better = better || score > best_score_ || (score == best_score_ && cost < best_cost_);
        break;
    }
    if (better) {
      best_ = assignment_;
      best_cost_ = cost;
      best_score_ = score;
    }
  }

  const LevelTable& table_;
  const AdditiveModel& model_;
  const LevelCosts& costs_;
  const std::set<Assignment>& excluded_;
  const SearchRequest& request_;
  std::vector<std::size_t> layers_;                ///< in the order of the search
  std::vector<std::vector<std::uint8_t>> levels_;  ///< usable ones by layer, cheap ones first
  std::vector<Rest> rests_;                        ///< by depth
  std::vector<double> slack_;                      ///< by measure
  Assignment assignment_;
  std::optional<Assignment> best_;
  double best_cost_ = 0.0;
  double best_score_ = 0.0;
  std::size_t nodes_ = 0;
};

}  // namespace

LevelCosts costs_of(const LevelTable& table) {
  LevelCosts costs;
  for (const LayerLevels& layer : table.layers()) {
    costs.emplace_back();
    for (const Level& level : layer.levels) {
      costs.back().push_back(level.cost);
    }
  }
  return costs;
}

std::optional<Assignment> search_assignment(const LevelTable& table, const AdditiveModel& model,
                                            const LevelCosts& costs,
                                            const std::set<Assignment>& excluded,
                                            const SearchRequest& request) {
  return Search(table, model, costs, excluded, request).run();
}

}  // namespace caloquant
