// The direct kernels for AVX-512 without VNNI.

#if defined(__AVX512BW__)
#include "ops/kernels/direct/kernels_for.hpp"
#include "ops/kernels/direct/vector_avx512.hpp"
#else
#include "ops/kernels/direct/kernels.hpp"
#endif

namespace caloquant::direct {

#if defined(__AVX512BW__)
Kernels avx512_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx512F32, thirty_two_registers>();
    case Lane::s16x2:
      return kernels_for<Avx512S16, thirty_two_registers>();
    case Lane::u8x4:
      break;
  }
  return {};
}
#else
Kernels avx512_kernels(Lane /*lane*/) {
  return {};
}
#endif

}  // namespace caloquant::direct
