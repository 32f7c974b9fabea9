#include "quantizer/search/strategy/level_table.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "ops/core/check.hpp"
#include "quantizer/search/strategy/cost.hpp"

namespace caloquant {
namespace {

/// A choice as a configuration holds it, without what its precision does not use.
LayerChoice as_stored(const LayerChoice& choice) {
  TuningConfig config;
  config.set("", choice);
  return config.choice("");
}

LayerLevels levels_of(const LayerSpec& layer, const CostTable& costs, Objective objective) {
  LayerLevels result{layer.name, layer.op, {}};
  std::vector<Precision> precisions = layer.searched.precisions;
  if (layer.fixed()) {
    precisions = {Precision::fp32};
  }
  for (const Precision precision : precisions) {
    LayerChoice choice;
    choice.precision = precision;
    if (!layer.fixed()) {
      choice.algorithm = layer.searched.algorithms.front();
      choice.per_channel = layer.searched.granularities.front() == Granularity::per_channel;
      choice.activation = layer.searched.activations.front();
    }
    result.levels.push_back(
        {as_stored(choice), amount(cost_of(layer.name, precision, costs), objective)});
  }
  CALOQUANT_ENSURE(!result.levels.empty());
  return result;
}

}  // namespace

LevelTable::LevelTable(const TuningSpace& space, const CostTable& costs, Objective objective) {
  const CostTable nominal = costs.empty() ? nominal_costs(space) : CostTable{};
  for (const LayerSpec& layer : space.layers()) {
    if (layer.counted) {
      layers_.push_back(levels_of(layer, costs.empty() ? nominal : costs, objective));
    }
  }
}

std::size_t LevelTable::size() const {
  std::size_t size = 1;
  for (const LayerLevels& layer : layers_) {
    if (size > std::numeric_limits<std::size_t>::max() / layer.levels.size()) {
      return std::numeric_limits<std::size_t>::max();
    }
    size *= layer.levels.size();
  }
  return size;
}

Assignment LevelTable::reference() const {
  Assignment assignment;
  for (const LayerLevels& layer : layers_) {
    assignment.push_back(static_cast<std::uint8_t>(layer.levels.size() - 1));
  }
  return assignment;
}

Assignment LevelTable::most_compact() const {
  return Assignment(layers_.size(), 0);
}

TuningConfig LevelTable::config(const Assignment& assignment) const {
  CALOQUANT_EXPECT(assignment.size() == layers_.size());
  TuningConfig config;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    config.set(layers_[layer].name, layers_[layer].levels[assignment[layer]].choice);
  }
  return config;
}

std::optional<Assignment> LevelTable::find(const TuningConfig& config) const {
  if (config.layers().size() != layers_.size()) {
    return std::nullopt;
  }
  Assignment assignment;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    const TuningConfig::Layer& own = config.layers()[layer];
    const std::vector<Level>& levels = layers_[layer].levels;
    const auto level = std::ranges::find(levels, own.choice, &Level::choice);
    if (own.name != layers_[layer].name || level == levels.end()) {
      return std::nullopt;
    }
    assignment.push_back(static_cast<std::uint8_t>(level - levels.begin()));
  }
  return assignment;
}

double LevelTable::cost(const Assignment& assignment) const {
  double cost = 0.0;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    cost += layers_[layer].levels[assignment[layer]].cost;
  }
  return cost;
}

bool LevelTable::quantizes(const Assignment& assignment) const {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    if (layers_[layer].levels[assignment[layer]].choice.precision != Precision::fp32) {
      return true;
    }
  }
  return false;
}

bool LevelTable::is_single(const Assignment& assignment) const {
  std::size_t differing = 0;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    differing += assignment[layer] + 1U != layers_[layer].levels.size() ? 1U : 0U;
  }
  return differing == 1;
}

std::optional<std::uint8_t> LevelTable::level_of(std::size_t layer, Precision precision) const {
  const std::vector<Level>& levels = layers_[layer].levels;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (levels[level].choice.precision == precision) {
      return static_cast<std::uint8_t>(level);
    }
  }
  return std::nullopt;
}

std::vector<Assignment> LevelTable::singles() const {
  std::vector<Assignment> singles;
  const Assignment base = reference();
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (std::uint8_t level = 0; level < base[layer]; ++level) {
      singles.push_back(base);
      singles.back()[layer] = level;
    }
  }
  return singles;
}

std::set<Assignment> LevelTable::tried(const History& history) const {
  std::set<Assignment> tried;
  for (const Trial& trial : history) {
    if (auto assignment = find(trial.proposal.config)) {
      tried.insert(*std::move(assignment));
    }
  }
  return tried;
}

Proposal LevelTable::proposal(const Assignment& assignment, const std::string& how) const {
  Proposal proposal;
  proposal.config = config(assignment);
  if (is_single(assignment)) {
    const Assignment base = reference();
    const auto layer =
        static_cast<std::size_t>(std::ranges::mismatch(assignment, base).in1 - assignment.begin());
    proposal.changed = layers_[layer].name + " alone " +
                       to_string(layers_[layer].levels[assignment[layer]].choice);
    return proposal;
  }
  const auto counts = proposal.config.layers_by_precision();
  for (const Precision precision :
       {Precision::int8, Precision::w8a16, Precision::w8, Precision::bf16, Precision::fp32}) {
    const auto count = counts.find(precision);
    if (count != counts.end()) {
      proposal.changed.append(proposal.changed.empty() ? how + ": " : ", ");
      proposal.changed.append(std::to_string(count->second)).append(" ").append(name_of(precision));
    }
  }
  return proposal;
}

}  // namespace caloquant
