#pragma once

#include <caloquant/tuning.hpp>

namespace caloquant {

/// Throws UsageError, naming `who` made it, for a configuration with a precision that a layer of
/// the space cannot have. Layers that the space does not know are left to make_plan().
void require_possible(const TuningConfig& config, const TuningSpace& space, const char* who);

}  // namespace caloquant
