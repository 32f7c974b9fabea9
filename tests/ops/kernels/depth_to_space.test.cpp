// The channels-last kernel against hand-computed bytes and against the reference operator.

#include <gtest/gtest.h>

#include <numeric>

#include "ops/kernels/movement.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class DepthToSpaceCells : public testing::PropertyTest {};

std::vector<std::int64_t> channels_last(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
  return axes;
}

/// The cells as `T`, numbered from 0, so that every one is recognised.
template <typename T>
Tensor memory_of(const Tensor& numbers) {
  const Tensor moved = reference_transpose({channels_last(numbers.shape().size())}, numbers);
  Tensor memory(DTypeOf<T>::value, moved.shape());
  std::transform(moved.data<float>().begin(), moved.data<float>().end(), memory.data<T>().begin(),
                 [](float number) { return static_cast<T>(number); });
  return memory;
}

template <typename T>
void expect_as_reference(const DepthToSpace& move, const Tensor& numbers) {
  const Tensor src = memory_of<T>(numbers);
  const Tensor expected = memory_of<T>(reference_depth_to_space(move, numbers));
  Tensor found(expected.dtype(), expected.shape());
  depth_to_space_cells(src.raw(), found.raw(), src.shape(), move, sizeof(T));
  for (std::size_t i = 0; i < expected.data<T>().size(); ++i) {
    ASSERT_EQ(found.data<T>()[i], expected.data<T>()[i]) << "cell " << i;
  }
}

TEST_F(DepthToSpaceCells, PutsPhasesSideBySide) {
  // Two pixels of 2 x 2 phases with one channel; the last column is dropped.
  const std::vector<std::uint8_t> src{0, 1, 2, 3, 10, 11, 12, 13};
  std::vector<std::uint8_t> dst(6);
  depth_to_space_cells(reinterpret_cast<const std::byte*>(src.data()),
                       reinterpret_cast<std::byte*>(dst.data()), {1, 1, 2, 4}, {{2, 2}, {0, 1}}, 1);
  EXPECT_EQ(dst, (std::vector<std::uint8_t>{0, 1, 10, 2, 3, 12}));
}

TEST_F(DepthToSpaceCells, EqualsTheReference) {
  for (int round = 0; round < 60; ++round) {
    DepthToSpace move;
    Shape shape{testing::uniform_int(random, 1, 3), testing::uniform_int(random, 1, 5)};
    for (int axis = testing::uniform_int(random, 1, 3); axis > 0; --axis) {
      const int factor = testing::uniform_int(random, 1, 4);
      move.factors.push_back(factor);
      move.crop_end.push_back(testing::uniform_int(random, 0, factor - 1));
      shape[1] *= factor;
      shape.push_back(testing::uniform_int(random, 1, 4));
    }
    Tensor numbers(DType::f32, shape);
    std::iota(numbers.data<float>().begin(), numbers.data<float>().end(), 0.0F);
    expect_as_reference<float>(move, numbers);
    for (float& number : numbers.data<float>()) {  // what fits a byte, neighbours still different
      number = static_cast<float>(static_cast<int>(number) % 251);
    }
    expect_as_reference<std::uint8_t>(move, numbers);
  }
}

// Enough cells for a team of threads.
TEST_F(DepthToSpaceCells, EqualsTheReferenceInParallel) {
  Tensor numbers(DType::f32, {3, 216 * 2, 4, 5, 6});
  std::iota(numbers.data<float>().begin(), numbers.data<float>().end(), 0.0F);
  expect_as_reference<float>({{6, 6, 6}, {5, 0, 1}}, numbers);
}

}  // namespace
}  // namespace caloquant
