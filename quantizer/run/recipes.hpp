#pragma once

#include <caloquant/config.hpp>
#include <functional>
#include <string>
#include <vector>

#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/evaluator.hpp"

namespace caloquant {

/// One combination of recipes on the probe configuration.
struct RecipeTrial {
  bool bias_correction = false;
  bool weight_reconstruction = false;
  double loss = 0.0;
  bool kept = false;
};

/// Which corrections a run uses. A recipe that is "auto" is tried where `may_try`: on a probe with
/// every layer at the highest precision below bf16 that it searches, alone and with the other one;
/// the combination with the least loss is kept. `trials` tells what was tried.
struct RecipeChoice {
  Corrections corrections;
  std::vector<RecipeTrial> trials;
};
[[nodiscard]] RecipeChoice choose_recipes(
    const QuantizationConfig& config, bool may_try, const StatisticsTable* statistics,
    const std::function<std::vector<double>(const std::vector<Corrections>&)>& losses_of_probe);

/// Every counted layer at w8a16 or w8 where it searches one of them, else at the most compact form
/// that it searches.
[[nodiscard]] TuningConfig recipe_probe(const TuningSpace& space);

}  // namespace caloquant
