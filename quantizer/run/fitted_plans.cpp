#include "quantizer/run/fitted_plans.hpp"

#include <algorithm>
#include <utility>

#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {
namespace {

/// Behind all events of data, search and confirmation.
constexpr std::int64_t first_fitted_event = std::int64_t{1} << 41;

}  // namespace

std::unique_ptr<FittedPlans> FittedPlans::make(const RunConfig& config, const Evaluator& evaluator,
                                               const Graph& fp32, const EngineOptions& engine,
                                               EventProgress progress) {
  const auto* source = dynamic_cast<const LatentSource*>(&evaluator.events());
  if (source == nullptr) {
    return nullptr;
  }
  ResponseFitOptions options;
  const std::size_t asked = config.quantization.response_fit_events;
  const auto events =
      static_cast<std::int64_t>(asked > 0 ? asked : 2 * config.data.calibration_samples);
  options.events = {first_fitted_event, first_fitted_event + events};
  for (const EventLabel& label : source->labels(first_fitted_event, events)) {
    options.primaries.push_back(label.energy);
  }
  const Shape& image = source->data().image_shape;
  std::ranges::transform(image, options.extents.begin(),
                         [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  options.batch = evaluator.batch();
  options.engine = engine;
  const PhysicsCriteria& physics = config.accuracy.physics;
  options.limits.energy_response = physics.energy_response.value_or(options.limits.energy_response);
  options.limits.profile_error = physics.profile_error.value_or(options.limits.profile_error);
  options.limits.hits = physics.hits.value_or(options.limits.hits);
  options.hit_threshold = physics.hit_threshold;
  options.progress = std::move(progress);
  return std::make_unique<FittedPlans>(
      ResponseFitter(fp32, evaluator.filler(), std::move(options)));
}

const ResponseFit& FittedPlans::of(const std::string& key, const QuantPlan& plan) {
  const auto found = fits_.find(key);
  return found != fits_.end() ? found->second : fits_.emplace(key, fitter_.fit(plan)).first->second;
}

}  // namespace caloquant
