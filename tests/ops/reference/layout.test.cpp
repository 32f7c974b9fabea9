#include <algorithm>
#include <numeric>

#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// 0, 1, 2, ... in that shape.
Tensor counted(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  std::iota(values.begin(), values.end(), 0.0F);
  return Tensor::of<float>(shape, values);
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

TEST(ReferenceLayout, UpsampleRepeats) {
  const Tensor dst = reference_upsample({{2, 3}}, counted({1, 1, 2, 2}));
  EXPECT_EQ(dst.shape(), (Shape{1, 1, 4, 6}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1,
                                                2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3}));
}

// Channel = phase * 2 + c, phases (h, w) = 00 01 02 10 11 12.
TEST(ReferenceLayout, DepthToSpaceInterleavesPhases) {
  const Tensor dst = reference_depth_to_space({{2, 3}, {0, 0}}, counted({1, 12, 1, 1}));
  EXPECT_EQ(dst.shape(), (Shape{1, 2, 2, 3}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}));
}

TEST(ReferenceLayout, DepthToSpaceDropsTheEnd) {
  // One channel; rows of src: channel 0 = 0 1, channel 1 = 2 3, channel 2 = 4 5.
  const Tensor dst = reference_depth_to_space({{3}, {2}}, counted({1, 3, 2}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 2, 4, 1}));
}

TEST(ReferenceLayout, DepthToSpaceHasDSlowest) {
  const Tensor dst = reference_depth_to_space({{2, 2, 1}, {1, 0, 0}}, counted({1, 4, 1, 1, 2}));
  EXPECT_EQ(dst.shape(), (Shape{1, 1, 1, 2, 2}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 1, 2, 3}));
}

TEST(ReferenceLayout, PadSurroundsWithZeros) {
  const Tensor dst = reference_pad({{0, 0, 1}, {0, 1, 2}}, counted({1, 2, 2}));
  EXPECT_EQ(dst.shape(), (Shape{1, 3, 5}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 0, 1, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ReferenceLayout, ReshapeKeepsTheBatch) {
  const Tensor dst = reference_reshape({{dynamic, 3, 2}}, counted({2, 6}));
  EXPECT_EQ(dst.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(values_of(dst), values_of(counted({12})));
}

TEST(ReferenceLayout, TransposeMovesAxes) {
  const Tensor dst = reference_transpose({{0, 2, 1}}, counted({1, 2, 3}));
  EXPECT_EQ(dst.shape(), (Shape{1, 3, 2}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

class ReferenceLayoutProperty : public testing::PropertyTest {};

TEST_F(ReferenceLayoutProperty, TransposeIsUndoneByItsInverse) {
  for (int i = 0; i < 20; ++i) {
    const int rank = testing::uniform_int(random, 1, 5);
    Shape shape;
    std::vector<std::int64_t> permutation;
    for (int axis = 0; axis < rank; ++axis) {
      shape.push_back(testing::uniform_int(random, 1, 4));
      permutation.push_back(axis);
    }
    std::shuffle(permutation.begin(), permutation.end(), random);
    std::vector<std::int64_t> inverse(permutation.size());
    for (std::size_t axis = 0; axis < permutation.size(); ++axis) {
      inverse[static_cast<std::size_t>(permutation[axis])] = static_cast<std::int64_t>(axis);
    }
    const Tensor src = counted(shape);
    const Tensor back = reference_transpose({inverse}, reference_transpose({permutation}, src));
    EXPECT_EQ(back.shape(), shape);
    EXPECT_EQ(values_of(back), values_of(src));
  }
}

TEST(ReferenceLayout, ConcatJoinsBlocks) {
  const Tensor a = counted({2, 1, 2});
  const Tensor b = counted({2, 2, 2});
  const Tensor* const inputs[] = {&a, &b};
  const Tensor dst = reference_concat({1}, inputs);
  EXPECT_EQ(dst.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 6, 7}));
  const Tensor* const same[] = {&a, &a};
  EXPECT_EQ(values_of(reference_concat({2}, same)), (std::vector<float>{0, 1, 0, 1, 2, 3, 2, 3}));
}

/// Every alternative of Op is dispatched to its kernel: dst has the inferred shape.
TEST(ReferenceOp, RunsEveryOperator) {
  const Tensor image = counted({2, 4, 3, 3});
  const Tensor weights = counted({2, 4, 2, 2});
  const Tensor dense = counted({5, 3});
  const Tensor channels = counted({4});
  const Shape ones{1, 1};
  const Shape zeros{0, 0};
  using Case = std::pair<Op, std::vector<const Tensor*>>;
  const std::vector<Case> cases{{Dense{}, {&image, &dense}},
                                {Conv{ones, ones, zeros, zeros, 1}, {&image, &weights}},
                                {UpsampleNearest{{2, 1}}, {&image}},
                                {DepthToSpace{{2, 1}, {1, 0}}, {&image}},
                                {Pad{{0, 0, 1, 0}, {0, 0, 0, 1}}, {&image}},
                                {Pool{PoolKind::average, {2, 2}, ones, zeros, zeros}, {&image}},
                                {BatchNorm{}, {&image, &channels, &channels, &channels, &channels}},
                                {Affine{}, {&image, &channels, &channels}},
                                {Eltwise{}, {&image}},
                                {Extremum{}, {&image, &image, &channels}},
                                {Softmax{1}, {&image}},
                                {Add{}, {&image, &image}},
                                {Concat{1}, {&image, &image}},
                                {Reshape{{dynamic, 36}}, {&image}},
                                {Transpose{{0, 2, 3, 1}}, {&image}},
                                {Identity{}, {&image}}};
  ASSERT_EQ(cases.size(), std::variant_size_v<Op>);
  for (const auto& [op, inputs] : cases) {
    std::vector<Shape> shapes;
    for (const Tensor* input : inputs) {
      shapes.push_back(input->shape());
    }
    EXPECT_EQ(reference_op(op, inputs).shape(), infer_shape(op, shapes, "test")) << name_of(op);
  }
}

}  // namespace
}  // namespace caloquant
