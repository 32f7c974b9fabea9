#include "quantizer/search/strategy/conservative.hpp"

#include <algorithm>

#include "quantizer/search/strategy/trials.hpp"

namespace caloquant {

ConservativeStrategy::ConservativeStrategy(LevelTable table) : table_(std::move(table)) {
  const auto add = [this](const std::string& op) {
    OpType type{op, {}};
    for (const LayerLevels& layer : table_.layers()) {
      // The reference is where the walk begins.
      for (std::size_t level = 0; layer.op == op && level + 1 < layer.levels.size(); ++level) {
        const Precision precision = layer.levels[level].choice.precision;
        if (std::ranges::find(type.precisions, precision) == type.precisions.end()) {
          type.precisions.push_back(precision);
        }
      }
    }
    if (!type.precisions.empty() && std::ranges::find(types_, op, &OpType::op) == types_.end()) {
      types_.push_back(std::move(type));
    }
  };
  add("conv");
  add("dense");
  for (const LayerLevels& layer : table_.layers()) {
    add(layer.op);
  }
}

Assignment ConservativeStrategy::converted(const Assignment& plan, const OpType& type,
                                           Precision precision) const {
  Assignment result = plan;
  for (std::size_t layer = 0; layer < result.size(); ++layer) {
    const auto level = table_.level_of(layer, precision);
    if (level && table_.layers()[layer].op == type.op) {
      result[layer] = *level;
    }
  }
  return result;
}

ConservativeStrategy::Walk ConservativeStrategy::walk(const History& history) const {
  Walk walk;
  Assignment plan = table_.reference();
  for (const OpType& type : types_) {
    for (std::size_t i = 0; i < type.precisions.size(); ++i) {
      if (walk.next) {
        walk.remaining += type.precisions.size() - i;
        break;
      }
      const Assignment assignment = converted(plan, type, type.precisions[i]);
      const Trial* trial = find_trial(history, table_.config(assignment));
      if (trial == nullptr) {
        walk.next =
            table_.proposal(assignment, type.op + " " + std::string(name_of(type.precisions[i])));
        walk.remaining = type.precisions.size() - i;
        break;
      }
      if (trial->target_met) {
        plan = assignment;
        break;
      }
    }
  }
  return walk;
}

std::optional<Proposal> ConservativeStrategy::next(const History& history) const {
  return walk(history).next;
}

std::size_t ConservativeStrategy::remaining_at_most(const History& history) const {
  return walk(history).remaining;
}

}  // namespace caloquant
