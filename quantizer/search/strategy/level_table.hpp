#pragma once

#include <caloquant/strategy.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace caloquant {

/// One precision of a layer, with the first of its other options.
struct Level {
  LayerChoice choice;
  double cost = 0.0;  ///< in the units of the objective
};

/// The levels of one layer, the most compact first; the last is its reference, fp32 where a rule
/// does not forbid it.
struct LayerLevels {
  std::string name;
  std::string op;
  std::vector<Level> levels;
};

/// An index into the levels of every layer.
using Assignment = std::vector<std::uint8_t>;

/// The part of a TuningSpace that the strategies search which assign precisions: a level for every
/// counted layer.
class LevelTable {
 public:
  /// An empty cost table stands for nominal_costs(). Throws ConfigError for one that lacks a layer
  /// or a precision.
  LevelTable(const TuningSpace& space, const CostTable& costs, Objective objective);

  [[nodiscard]] const std::vector<LayerLevels>& layers() const { return layers_; }
  /// Assignments, at most the largest size_t.
  [[nodiscard]] std::size_t size() const;
  /// Every layer at its last level.
  [[nodiscard]] Assignment reference() const;
  /// Every layer at its most compact level.
  [[nodiscard]] Assignment most_compact() const;
  [[nodiscard]] TuningConfig config(const Assignment& assignment) const;
  /// Nothing for a configuration with other options or layers.
  [[nodiscard]] std::optional<Assignment> find(const TuningConfig& config) const;
  [[nodiscard]] double cost(const Assignment& assignment) const;
  /// Is any layer not fp32?
  [[nodiscard]] bool quantizes(const Assignment& assignment) const;
  /// Is exactly one layer not at its reference?
  [[nodiscard]] bool is_single(const Assignment& assignment) const;
  /// The first level of a layer with that precision.
  [[nodiscard]] std::optional<std::uint8_t> level_of(std::size_t layer, Precision precision) const;

  /// Each layer alone at each of its levels but the reference, input to output, the most compact
  /// first; only those with a quantized layer.
  [[nodiscard]] std::vector<Assignment> singles() const;
  /// The assignments in a history.
  [[nodiscard]] std::set<Assignment> tried(const History& history) const;
  /// "how: 3 int8, 1 w8a16, 1 fp32"; of a single "conv3d_2 alone int8 minmax per_channel".
  [[nodiscard]] Proposal proposal(const Assignment& assignment, const std::string& how) const;

 private:
  std::vector<LayerLevels> layers_;
};

}  // namespace caloquant
