#include "ops/kernels/direct/kernels.hpp"

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

}  // namespace caloquant::direct
