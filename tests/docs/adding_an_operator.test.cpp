// The example of ops/ADDING_AN_OPERATOR.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

// [operator]
#include <caloquant/error.hpp>

#include "ops/core/tensor.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

// ops/schema/op.hpp
/// src without its first `begin` cells along `axis`, which is not the batch.
struct CropBegin {
  std::int64_t axis = 1;
  std::int64_t begin = 0;
  friend bool operator==(const CropBegin&, const CropBegin&) = default;
};

// ops/schema/infer_shape.cpp; `context.require` there, with the name of the layer
Shape shape_of(const CropBegin& crop, Shape src) {
  const auto rank = static_cast<std::int64_t>(src.size());
  if (crop.axis < 1 || crop.axis >= rank) {
    throw ModelError("layer", "crop needs an axis of src");
  }
  std::int64_t& extent = src[static_cast<std::size_t>(crop.axis)];
  if (crop.begin < 0 || crop.begin >= extent) {
    throw ModelError("layer", "crop leaves nothing of " + std::to_string(extent) + " cells");
  }
  extent -= crop.begin;
  return src;
}

// ops/reference/layout.cpp
Tensor reference_crop_begin(const CropBegin& crop, const Tensor& src) {
  Tensor result(src.dtype(), shape_of(crop, src.shape()));
  const auto axis = static_cast<std::size_t>(crop.axis);
  const std::int64_t stride = row_major_strides(src.shape())[axis];
  const std::int64_t taken = result.shape()[axis] * stride;  // of each line, all at its end
  const std::int64_t line = src.shape()[axis] * stride;
  const float* from = src.data<float>().data() + crop.begin * stride;
  float* to = result.data<float>().data();
  for (std::int64_t first = 0; first < src.size(); first += line) {
    to = std::copy_n(from + first, taken, to);
  }
  return result;
}

}  // namespace caloquant
// [/operator]

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

// [test]
TEST(CropBegin, ByHand) {
  Tensor src(DType::f32, {1, 3, 2});
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  std::ranges::copy(values, src.data<float>().begin());
  const Tensor rows = reference_crop_begin({1, 1}, src);
  EXPECT_EQ(rows.shape(), (Shape{1, 2, 2}));
  EXPECT_TRUE(std::ranges::equal(rows.data<float>(), std::vector<float>{3, 4, 5, 6}));
  const Tensor columns = reference_crop_begin({2, 1}, src);
  EXPECT_TRUE(std::ranges::equal(columns.data<float>(), std::vector<float>{2, 4, 6}));
}

TEST(CropBegin, RejectsWhatCannotFit) {
  EXPECT_EQ(testing::message_of([] {
              static_cast<void>(shape_of(CropBegin{0, 1}, {2, 3}));
            }),
            "layer: crop needs an axis of src");
  EXPECT_EQ(testing::message_of([] {
              static_cast<void>(shape_of(CropBegin{1, 3}, {2, 3}));
            }),
            "layer: crop leaves nothing of 3 cells");
}
// [/test]

}  // namespace
}  // namespace caloquant
