#include "quantizer/run/recipes.hpp"

#include <algorithm>

namespace caloquant {
namespace {

/// The values that a recipe may take, the one without it first.
std::vector<bool> options_of(Recipe recipe, bool may_try) {
  switch (recipe) {
    case Recipe::on:
      return {true};
    case Recipe::automatic:
      return may_try ? std::vector<bool>{false, true} : std::vector<bool>{false};
    case Recipe::off:
      break;
  }
  return {false};
}

}  // namespace

TuningConfig recipe_probe(const TuningSpace& space) {
  TuningConfig config;
  for (const LayerSpec& layer : space.layers()) {
    if (!layer.counted) {
      continue;
    }
    LayerChoice choice;
    if (!layer.fixed()) {
      choice.precision = layer.searched.precisions.front();
      for (const Precision precision : {Precision::w8a16, Precision::w8}) {
        if (std::ranges::find(layer.searched.precisions, precision) !=
            layer.searched.precisions.end()) {
          choice.precision = precision;
          break;
        }
      }
    }
    config.set(layer.name, choice);
  }
  return config;
}

RecipeChoice choose_recipes(
    const QuantizationConfig& config, bool may_try, const StatisticsTable* statistics,
    const std::function<std::vector<double>(const std::vector<Corrections>&)>& losses_of_probe) {
  std::vector<Corrections> combinations;
  for (const bool reconstruct : options_of(config.weight_reconstruction, may_try)) {
    for (const bool bias : options_of(config.bias_correction, may_try)) {
      combinations.push_back({bias, reconstruct, statistics});
    }
  }
  RecipeChoice choice;
  if (combinations.size() == 1) {
    choice.corrections = combinations.front();
    return choice;
  }
  const std::vector<double> losses = losses_of_probe(combinations);
  std::size_t best = 0;  // the simplest, unless another one is better
  for (std::size_t i = 0; i < combinations.size(); ++i) {
    choice.trials.push_back({combinations[i].bias, combinations[i].reconstruct, losses[i], false});
    best = losses[i] < losses[best] ? i : best;
  }
  choice.trials[best].kept = true;
  choice.corrections = combinations[best];
  return choice;
}

}  // namespace caloquant
