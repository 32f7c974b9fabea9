// The direct kernels for AVX-VNNI.

#if defined(__AVXVNNI__)
#include "ops/kernels/direct/kernels_for.hpp"
#include "ops/kernels/direct/vector_avx2.hpp"
#else
#include "ops/kernels/direct/kernels.hpp"
#endif

namespace caloquant::direct {

#if defined(__AVXVNNI__)
Kernels avx_vnni_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx2F32, sixteen_registers>();
    case Lane::s16x2:
      return kernels_for<AvxVnniS16, sixteen_registers>();
    case Lane::u8x4:
      return kernels_for<AvxVnniU8, sixteen_registers>();
  }
  return {};
}
#else
Kernels avx_vnni_kernels(Lane /*lane*/) {
  return {};
}
#endif

}  // namespace caloquant::direct
