// The direct kernels for AVX-VNNI.

#include "ops/kernels/direct/kernels.hpp"

#if defined(__AVXVNNI__)
#include "ops/kernels/direct/channels.hpp"
#include "ops/kernels/direct/peak.hpp"
#include "ops/kernels/direct/rows.hpp"
#include "ops/kernels/direct/vector_avx2.hpp"
#endif

namespace caloquant::direct {
#if defined(__AVXVNNI__)
namespace {

template <typename K>
Kernels kernels_for() {
  constexpr int registers = 16;
  constexpr int row_channels = 6;
  constexpr int peak_cells = 3;
  constexpr int peak_weights = 3;
  return {K::lanes,
          row_channels,
          3,
          rows_kernel<K, registers, row_channels>,
          channels_kernel<K, registers>,
          peak_kernel<K, peak_cells, peak_weights>,
          peak_cells * peak_weights};
}

}  // namespace

Kernels avx_vnni_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx2F32>();
    case Lane::s16x2:
      return kernels_for<Avx2S16>();
    case Lane::u8x4:
      return kernels_for<AvxVnniU8>();
  }
  return {};
}
#else
Kernels avx_vnni_kernels(Lane /*lane*/) {
  return {};
}
#endif

}  // namespace caloquant::direct
