#include "ops/core/broadcast.hpp"

#include <algorithm>

#include "ops/core/check.hpp"

namespace caloquant {

std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape result = with_leading_ones(a, rank);
  const Shape other = with_leading_ones(b, rank);
  for (std::size_t i = 0; i < rank; ++i) {
    if (result[i] != other[i] && result[i] != 1 && other[i] != 1) {
      return std::nullopt;
    }
    result[i] = result[i] == 1 ? other[i] : result[i];
  }
  return result;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  return broadcast_shapes(from, to) == to;
}

Shape with_leading_ones(Shape shape, std::size_t rank) {
  CALOQUANT_EXPECT(shape.size() <= rank);
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return shape;
}

}  // namespace caloquant
