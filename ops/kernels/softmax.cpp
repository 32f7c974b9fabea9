#include <algorithm>
#include <cmath>

#include "ops/kernels/movement.hpp"

namespace caloquant {

void softmax_cells(const float* src, float* dst, const Shape& shape, std::size_t axis) {
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  }
  const std::int64_t extent = shape[axis];
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      const float* from = src + o * extent * inner + i;
      float* into = dst + o * extent * inner + i;
      float largest = from[0];
      for (std::int64_t k = 1; k < extent; ++k) {
        largest = std::max(largest, from[k * inner]);
      }
      double sum = 0.0;  // extents may be large; the sum decides every output
      for (std::int64_t k = 0; k < extent; ++k) {
        into[k * inner] = std::exp(from[k * inner] - largest);
        sum += static_cast<double>(into[k * inner]);
      }
      for (std::int64_t k = 0; k < extent; ++k) {
        into[k * inner] = static_cast<float>(static_cast<double>(into[k * inner]) / sum);
      }
    }
  }
}

}  // namespace caloquant
