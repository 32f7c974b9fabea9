#include "quantizer/search/space/possible.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

namespace caloquant {

void require_possible(const TuningConfig& config, const TuningSpace& space, const char* who) {
  for (const TuningConfig::Layer& layer : config.layers()) {
    const auto spec = std::ranges::find(space.layers(), layer.name, &LayerSpec::name);
    if (spec == space.layers().end() || layer.choice.precision == Precision::fp32) {
      continue;
    }
    const auto& possible = spec->capability.precisions;
    if (std::ranges::find(possible, layer.choice.precision) == possible.end()) {
      throw UsageError(who,
                       "asks for layer '" + layer.name + "' at " +
                           std::string(name_of(layer.choice.precision)) + ", which it cannot have",
                       "LayerSpec::capability tells what it can");
    }
  }
}

}  // namespace caloquant
