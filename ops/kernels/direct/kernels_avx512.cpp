// The direct kernels for AVX-512 without VNNI.

#include "ops/kernels/direct/kernels.hpp"

#if defined(__AVX512BW__)
#include "ops/kernels/direct/channels.hpp"
#include "ops/kernels/direct/peak.hpp"
#include "ops/kernels/direct/rows.hpp"
#include "ops/kernels/direct/vector_avx512.hpp"
#endif

namespace caloquant::direct {
#if defined(__AVX512BW__)
namespace {

template <typename K>
Kernels kernels_for() {
  constexpr int registers = 32;
  constexpr int row_channels = 8;
  constexpr int peak_cells = 5;
  constexpr int peak_weights = 4;
  return {K::lanes,
          row_channels,
          3,
          rows_kernel<K, registers, row_channels>,
          channels_kernel<K, registers>,
          peak_kernel<K, peak_cells, peak_weights>,
          peak_cells * peak_weights};
}

}  // namespace

Kernels avx512_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<Avx512F32>();
    case Lane::s16x2:
      return kernels_for<Avx512S16>();
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
