#include "quantizer/evaluate/partial_profiles.hpp"

#include <cmath>

#include "ops/core/thread_count.hpp"

namespace caloquant {

void PartialProfiles::add_totals(std::span<const float> images, std::size_t cells, int threads) {
  const std::size_t before = totals_.size();
  const auto events = static_cast<std::int64_t>(images.size() / cells);
  totals_.resize(before + static_cast<std::size_t>(events));
#pragma omp parallel for schedule(static) num_threads(within_reason(threads))
  for (std::int64_t event = 0; event < events; ++event) {
    const auto index = static_cast<std::size_t>(event);
    double total = 0.0;
    for (const float cell : images.subspan(index * cells, cells)) {
      if (cell != 0.0F && std::isfinite(cell)) {  // most cells are 0, and powers are slow
        total += (*to_gev_)(static_cast<double>(cell));
      }
    }
    totals_[before + index] = total;
  }
}

}  // namespace caloquant
