// The direct kernels for any machine.

#include "ops/kernels/direct/kernels.hpp"

#include "ops/kernels/direct/channels.hpp"
#include "ops/kernels/direct/peak.hpp"
#include "ops/kernels/direct/rows.hpp"
#include "ops/kernels/direct/vector_portable.hpp"

namespace caloquant::direct {
namespace {

template <typename K>
Kernels kernels_for() {
  constexpr int registers = 8;
  constexpr int row_channels = 4;
  constexpr int peak_cells = 2;
  constexpr int peak_weights = 2;
  return {K::lanes,
          row_channels,
          3,
          rows_kernel<K, registers, row_channels>,
          channels_kernel<K, registers>,
          peak_kernel<K, peak_cells, peak_weights>,
          peak_cells * peak_weights};
}

}  // namespace

Kernels portable_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<PortableF32>();
    case Lane::s16x2:
      return kernels_for<PortableS16>();
    case Lane::u8x4:
      break;
  }
  return {};
}

}  // namespace caloquant::direct
