#pragma once

#include <caloquant/config.hpp>

namespace caloquant {

/// The loss that a configuration has to reach, from the loss of the FP32 model:
///   absolute: baseline + tolerable_loss;   relative: baseline + tolerable_loss * |baseline|
/// with minus in place of plus when higher is better;   limit: tolerable_loss.
/// Throws ConfigError for a relative criterion with baseline 0, which nothing but a perfect model
/// meets, and DataError for a baseline that is not finite.
[[nodiscard]] double target_loss(const AccuracyCriterion& criterion, double baseline);

/// Inclusive: <= target, or >= target when higher is better. A loss that is not finite never meets
/// it.
[[nodiscard]] bool meets(const AccuracyCriterion& criterion, double loss, double target);

}  // namespace caloquant
