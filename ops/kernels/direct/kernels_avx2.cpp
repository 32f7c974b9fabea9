// The direct kernels for AVX2 with FMA.

#if defined(__AVX2__) && defined(__FMA__)
#include "ops/kernels/direct/kernels_for.hpp"
#include "ops/kernels/direct/vector_avx2.hpp"
#else
#include "ops/kernels/direct/kernels.hpp"
#endif

namespace caloquant::direct {

#if defined(__AVX2__) && defined(__FMA__)
Kernels avx2_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx2F32, sixteen_registers>();
    case Lane::s16x2:
      return kernels_for<Avx2S16, sixteen_registers>();
    case Lane::u8x4:
      break;
  }
  return {};
}
#else
Kernels avx2_kernels(Lane /*lane*/) {
  return {};
}
#endif

}  // namespace caloquant::direct
