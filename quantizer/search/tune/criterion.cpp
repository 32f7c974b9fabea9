#include "quantizer/search/tune/criterion.hpp"

#include <caloquant/error.hpp>
#include <cmath>

namespace caloquant {

double target_loss(const AccuracyCriterion& criterion, double baseline) {
  if (!std::isfinite(baseline)) {
    throw DataError("baseline", "the loss of the FP32 model is not finite",
                    "look for NaN in the weights and the reference data");
  }
  if (criterion.kind == CriterionKind::limit) {
    return criterion.tolerable_loss;
  }
  double tolerance = criterion.tolerable_loss;
  if (criterion.kind == CriterionKind::relative) {
    if (baseline == 0.0) {
      throw ConfigError("/accuracy_criterion/criterion",
                        "is 'relative', but the loss of the FP32 model is 0",
                        "use 'absolute' with a tolerable_loss in the units of the loss");
    }
    tolerance *= std::abs(baseline);
  }
  return criterion.higher_is_better ? baseline - tolerance : baseline + tolerance;
}

bool meets(const AccuracyCriterion& criterion, double loss, double target) {
  if (!std::isfinite(loss)) {
    return false;
  }
  return criterion.higher_is_better ? loss >= target : loss <= target;
}

}  // namespace caloquant
