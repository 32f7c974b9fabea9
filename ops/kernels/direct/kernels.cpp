#include "ops/kernels/direct/kernels.hpp"

#include <algorithm>
#include <vector>

#include "ops/core/clock.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant::direct {

Kernels kernels_of(Isa isa, Lane lane) {
  switch (isa) {
    case Isa::avx2:
      return avx2_kernels(lane);
    case Isa::avx512:
      return avx512_kernels(lane);
    case Isa::avx_vnni:
      return avx_vnni_kernels(lane);
    case Isa::avx512_vnni:
      return avx512_vnni_kernels(lane);
    case Isa::portable:
      break;
  }
  return portable_kernels(lane);
}

double measured_peak(Isa isa, Lane lane, int threads) {
  const Kernels kernels = kernels_of(isa, lane);
  constexpr std::int64_t rounds = 4'000'000;
  const std::vector<std::uint32_t> operands(512,
                                            0);  // more than any takes; 0 in every kind of lane
  double best = 0.0;
  for (int attempt = 0; attempt < 5; ++attempt) {  // the best one: others may use the machine too
    const double start = steady_seconds();
#pragma omp parallel for num_threads(within_reason(threads)) schedule(static, 1)
    for (int thread = 0; thread < threads; ++thread) {
      (void)kernels.peak(rounds, operands.data());
    }
    const double seconds = steady_seconds() - start;
    const auto products = static_cast<double>(kernels.peak_sums * kernels.lanes *
                                              channels_in(lane) * rounds * threads);
    best = std::max(best, products / seconds);
  }
  return best;
}

}  // namespace caloquant::direct
