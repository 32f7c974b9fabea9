#include "ops/core/tensor.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(Tensor, StartsZeroAndAligned) {
  for (const DType dtype : {DType::f32, DType::f64, DType::s8, DType::u8, DType::s32, DType::s64}) {
    const Tensor tensor(dtype, {3, 5});
    EXPECT_EQ(tensor.size(), 15);
    EXPECT_EQ(tensor.bytes(), 15 * size_of(dtype));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.raw()) % 64, 0U);
    EXPECT_TRUE(std::all_of(tensor.raw(), tensor.raw() + tensor.bytes(),
                            [](std::byte byte) { return byte == std::byte{0}; }));
  }
}

TEST(Tensor, DefaultIsEmpty) {
  const Tensor tensor;
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_TRUE(tensor.data<float>().empty());
  EXPECT_EQ(Tensor(tensor).size(), 0);
}

TEST(Tensor, CopiesAreDeep) {
  Tensor first = Tensor::of<float>({2}, std::vector<float>{1.0F, 2.0F});
  Tensor second = first;
  Tensor third;
  third = first;
  first.data<float>()[0] = 9.0F;
  EXPECT_EQ(second.data<float>()[0], 1.0F);
  EXPECT_EQ(third.data<float>()[0], 1.0F);
  EXPECT_EQ(third.shape(), Shape{2});
}

TEST(Tensor, MovesKeepTheMemory) {
  Tensor first(DType::s8, {4});
  const std::byte* memory = first.raw();
  const Tensor second = std::move(first);
  EXPECT_EQ(second.raw(), memory);
  EXPECT_EQ(second.size(), 4);
}

TEST(Tensor, ReshapeKeepsElements) {
  Tensor tensor = Tensor::of<float>({2, 3}, std::vector<float>{0, 1, 2, 3, 4, 5});
  tensor.reshape({3, 2});
  EXPECT_EQ(tensor.shape(), (Shape{3, 2}));
  EXPECT_EQ(tensor.data<float>()[5], 5.0F);
}

TEST(Tensor, RowMajorStrides) {
  EXPECT_EQ(row_major_strides({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(row_major_strides({7}), Shape{1});
  EXPECT_TRUE(row_major_strides({}).empty());
}

TEST(Tensor, TypesCountsAndNames) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({4, 0, 3}), 0);
  EXPECT_EQ(to_string(Shape{dynamic, 8, 51}), "[N, 8, 51]");
  EXPECT_EQ(name_of(DType::u8), "u8");
  EXPECT_EQ(name_of(Precision::int8), "int8");
}

using TensorDeathTest = ::testing::Test;

TEST(TensorDeathTest, WrongUseIsAContract) {
  Tensor tensor(DType::f32, {2, 3});
  EXPECT_DEATH((void)tensor.data<double>(), "broken precondition");
  EXPECT_DEATH(tensor.reshape({7}), "broken precondition");
  EXPECT_DEATH((void)element_count({dynamic, 3}), "broken precondition");
}

}  // namespace
}  // namespace caloquant
