// The direct kernels for AVX-512 VNNI.

#if defined(__AVX512VNNI__)
#include "ops/kernels/direct/kernels_for.hpp"
#include "ops/kernels/direct/vector_avx512.hpp"
#else
#include "ops/kernels/direct/kernels.hpp"
#endif

namespace caloquant::direct {

#if defined(__AVX512VNNI__)
Kernels avx512_vnni_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx512F32, thirty_two_registers>();
    case Lane::s16x2:
      return kernels_for<Avx512VnniS16, thirty_two_registers>();
    case Lane::u8x4:
      return kernels_for<Avx512VnniU8, thirty_two_registers>();
  }
  return {};
}
#else
Kernels avx512_vnni_kernels(Lane /*lane*/) {
  return {};
}
#endif

}  // namespace caloquant::direct
