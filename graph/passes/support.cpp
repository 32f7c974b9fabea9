#include "graph/passes/support.hpp"

#include <algorithm>

namespace caloquant {

Tensor tiled(const Tensor& vector, std::int64_t count) {
  Tensor result(DType::f32, {count * vector.size()});
  const auto from = vector.data<float>();
  auto into = result.data<float>().begin();
  for (std::int64_t copy = 0; copy < count; ++copy) {
    into = std::copy(from.begin(), from.end(), into);
  }
  return result;
}

}  // namespace caloquant
