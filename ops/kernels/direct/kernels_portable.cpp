// The direct kernels for any machine.

#include "ops/kernels/direct/kernels_for.hpp"
#include "ops/kernels/direct/vector_portable.hpp"

namespace caloquant::direct {

Kernels portable_kernels(Lane lane) {
  switch (lane) {
    case Lane::f32:
      return kernels_for<PortableF32, eight_registers>();
    case Lane::s16x2:
      return kernels_for<PortableS16, eight_registers>();
    case Lane::u8x4:
      break;
  }
  return {};
}

}  // namespace caloquant::direct
