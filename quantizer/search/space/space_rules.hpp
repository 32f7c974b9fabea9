#pragma once

#include <caloquant/tuning.hpp>
#include <string>
#include <vector>

namespace caloquant {

/// Applies the user's rules to the layers: narrows LayerSpec::searched, sets fixed_reason and
/// counted. Throws as the constructor of TuningSpace.
void apply_rules(std::vector<LayerSpec>& layers, const SpaceRules& rules,
                 const std::string& source);

}  // namespace caloquant
