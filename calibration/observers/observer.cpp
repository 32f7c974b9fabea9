#include "calibration/observers/observer.hpp"

#include <utility>

#include "calibration/observers/kl.hpp"
#include "calibration/observers/minmax.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

std::unique_ptr<Observer> make_observer(RangeAlgorithm algorithm, std::string tensor) {
  if (algorithm == RangeAlgorithm::kl) {
    return std::make_unique<KlObserver>(std::move(tensor));
  }
  CALOQUANT_EXPECT(algorithm == RangeAlgorithm::minmax);
  return std::make_unique<MinMaxObserver>(std::move(tensor));
}

}  // namespace caloquant
