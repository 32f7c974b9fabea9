#include <gmock/gmock.h>

#include <caloquant/error.hpp>

#include "ops/schema/infer_shape.hpp"
#include "ops/schema/op.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

Conv conv_of(std::size_t axes) {
  return {Shape(axes, 1), Shape(axes, 1), Shape(axes, 0), Shape(axes, 0), 1};
}
Pool pool_of(const Shape& kernel) {
  const Shape zeros(kernel.size(), 0);
  return {PoolKind::max, kernel, kernel, zeros, zeros};
}
Shape infer(const Op& op, const std::vector<Shape>& inputs) {
  return infer_shape(op, inputs, "layer 'x'");
}
std::string refusal(const Op& op, const std::vector<Shape>& inputs) {
  return message_of([&] { (void)infer(op, inputs); });
}

TEST(InferShape, Results) {
  EXPECT_EQ(infer(Dense{}, {{dynamic, 4}, {7, 4}, {7}}), (Shape{dynamic, 7}));
  EXPECT_EQ(infer(Dense{}, {{dynamic, 3, 4}, {7, 4}}), (Shape{dynamic, 3, 7}));
  Conv conv{{1, 2, 3}, {2, 1, 1}, {1, 0, 0}, {0, 0, 2}, 2};
  // ((9 + 1 - (2*2+1)) / 1 + 1, (8 - 3) / 2 + 1, (7 + 2 - 1) / 3 + 1)
  EXPECT_EQ(infer(conv, {{dynamic, 4, 9, 8, 7}, {6, 2, 3, 3, 1}, {6}}),
            (Shape{dynamic, 6, 6, 3, 3}));
  EXPECT_EQ(infer(UpsampleNearest{{2, 3}}, {{dynamic, 4, 5, 6}}), (Shape{dynamic, 4, 10, 18}));
  EXPECT_EQ(infer(DepthToSpace{{2, 3}, {0, 2}}, {{dynamic, 12, 5, 6}}),
            (Shape{dynamic, 2, 10, 16}));
  EXPECT_EQ(infer(Pad{{0, 1, 0}, {0, 0, 2}}, {{dynamic, 4, 5}}), (Shape{dynamic, 5, 7}));
  EXPECT_EQ(infer(Pool{PoolKind::average, {3}, {2}, {1}, {1}}, {{dynamic, 4, 8}}),
            (Shape{dynamic, 4, 4}));
  EXPECT_EQ(infer(BatchNorm{}, {{dynamic, 2, 9}, {2}, {2}, {2}, {2}}), (Shape{dynamic, 2, 9}));
  EXPECT_EQ(infer(Affine{}, {{dynamic, 2}, {2}, {2}}), (Shape{dynamic, 2}));
  EXPECT_EQ(infer(Eltwise{}, {{dynamic, 2}}), (Shape{dynamic, 2}));
  EXPECT_EQ(infer(Identity{}, {{dynamic, 2}}), (Shape{dynamic, 2}));
  EXPECT_EQ(infer(Softmax{1}, {{dynamic, 2}}), (Shape{dynamic, 2}));
  EXPECT_EQ(infer(Add{}, {{dynamic, 2}, {dynamic, 2}, {dynamic, 2}}), (Shape{dynamic, 2}));
  EXPECT_EQ(infer(Concat{2}, {{dynamic, 2, 3}, {dynamic, 2, 4}}), (Shape{dynamic, 2, 7}));
  EXPECT_EQ(infer(Reshape{{dynamic, 3, 4}}, {{dynamic, 2, 6}}), (Shape{dynamic, 3, 4}));
  EXPECT_EQ(infer(Transpose{{0, 2, 1}}, {{dynamic, 2, 6}}), (Shape{dynamic, 6, 2}));
}

TEST(InferShape, AKnownBatchStaysKnown) {
  EXPECT_EQ(infer(Reshape{{dynamic, 12}}, {{5, 3, 4}}), (Shape{5, 12}));
  EXPECT_EQ(infer(conv_of(1), {{5, 2, 9}, {3, 2, 4}}), (Shape{5, 3, 6}));
}

TEST(InferShape, ErrorsNameThePlace) {
  EXPECT_THAT(refusal(Dense{}, {{dynamic, 4}, {7, 5}}), HasSubstr("layer 'x': "));
  EXPECT_THROW(infer(Dense{}, {{dynamic, 4}, {7, 5}}), ModelError);
}

TEST(InferShape, DenseRefusals) {
  EXPECT_THAT(refusal(Dense{}, {{dynamic, 4}}), HasSubstr("needs at least 2 inputs, has 1"));
  EXPECT_THAT(refusal(Dense{}, {{dynamic, 4}, {7, 4, 1}}), HasSubstr("must be [O, I]"));
  EXPECT_THAT(refusal(Dense{}, {{dynamic, 4}, {7, 5}}), HasSubstr("do not fit src [N, 4]"));
  EXPECT_THAT(refusal(Dense{}, {{dynamic}, {7, 5}}), HasSubstr("do not fit src"));
  EXPECT_THAT(refusal(Dense{}, {{dynamic, 4}, {7, 4}, {6}}), HasSubstr("bias must be [7]"));
}

TEST(InferShape, ConvRefusals) {
  const std::vector<Shape> inputs{{dynamic, 4, 9}, {6, 4, 3}};
  ASSERT_EQ(refusal(conv_of(1), inputs), "");
  EXPECT_THAT(refusal(conv_of(1), {{dynamic, 4}, {6, 4}}), HasSubstr("1 to 3 spatial axes"));
  EXPECT_THAT(refusal(conv_of(4), {{1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}}),
              HasSubstr("1 to 3 spatial axes"));
  EXPECT_THAT(refusal(conv_of(2), inputs), HasSubstr("2 entries for 1 spatial axis"));
  EXPECT_THAT(refusal(conv_of(1), {inputs[0], {6, 4, 3, 1}}), HasSubstr("do not fit src"));
  EXPECT_THAT(refusal(conv_of(1), {inputs[0], {6, 3, 3}}), HasSubstr("do not fit src"));
  EXPECT_THAT(refusal(conv_of(1), {inputs[0], {6, 4, 0}}), HasSubstr("extents of the weights"));
  EXPECT_THAT(refusal(conv_of(1), {inputs[0], {6, 4, 10}}), HasSubstr("reaches over 10 cells"));
  EXPECT_THAT(refusal(conv_of(1), {inputs[0], inputs[1], {5}}), HasSubstr("bias must be [6]"));
  const auto with = [&](auto change) {
    Conv conv = conv_of(1);
    change(conv);
    return refusal(conv, inputs);
  };
  EXPECT_THAT(with([](Conv& conv) { conv.strides = {0}; }),
              HasSubstr("strides must be at least 1"));
  EXPECT_THAT(with([](Conv& conv) { conv.dilations = {0}; }), HasSubstr("dilations must be"));
  EXPECT_THAT(with([](Conv& conv) { conv.dilations = {5}; }), HasSubstr("reaches over 11 cells"));
  EXPECT_THAT(with([](Conv& conv) { conv.pads_begin = {-1}; }), HasSubstr("pads must be"));
  EXPECT_THAT(with([](Conv& conv) { conv.pads_end = {-1}; }), HasSubstr("pads must be"));
  EXPECT_THAT(with([](Conv& conv) { conv.groups = 0; }), HasSubstr("in 0 groups"));
  Conv grouped = conv_of(1);
  grouped.groups = 4;
  EXPECT_THAT(refusal(grouped, {{dynamic, 4, 9}, {6, 1, 3}}), HasSubstr("in 4 groups"));
}

TEST(InferShape, SpatialRefusals) {
  EXPECT_THAT(refusal(UpsampleNearest{{0}}, {{dynamic, 4, 5}}), HasSubstr("factors must be"));
  EXPECT_THAT(refusal(UpsampleNearest{{2, 2}}, {{dynamic, 4, 5}}), HasSubstr("2 entries"));
  EXPECT_THAT(refusal(Pad{{0, 0}, {0, 0, 0}}, {{dynamic, 4, 5}}), HasSubstr("one entry per axis"));
  EXPECT_THAT(refusal(Pad{{0, 0, 0}, {0, 0}}, {{dynamic, 4, 5}}), HasSubstr("one entry per axis"));
  EXPECT_THAT(refusal(Pad{{0, -1, 0}, {0, 0, 0}}, {{dynamic, 4, 5}}), HasSubstr("pads must be"));
  EXPECT_THAT(refusal(Pad{{0, 0, 0}, {0, 0, -1}}, {{dynamic, 4, 5}}), HasSubstr("pads must be"));
  EXPECT_THAT(refusal(Pad{{1, 0, 0}, {0, 0, 0}}, {{dynamic, 4, 5}}), HasSubstr("the batch"));
  EXPECT_THAT(refusal(Pad{{0, 0, 0}, {1, 0, 0}}, {{dynamic, 4, 5}}), HasSubstr("the batch"));
}

TEST(InferShape, DepthToSpaceRefusals) {
  const Shape src{dynamic, 6, 5};
  EXPECT_EQ(refusal(DepthToSpace{{3}, {2}}, {src}), "");
  EXPECT_THAT(refusal(DepthToSpace{{3}, {2}}, {{dynamic, 6}}), HasSubstr("1 to 3 spatial axes"));
  EXPECT_THAT(refusal(DepthToSpace{{3, 1}, {2}}, {src}), HasSubstr("2 entries for 1 spatial axis"));
  EXPECT_THAT(refusal(DepthToSpace{{3}, {2, 0}}, {src}), HasSubstr("2 entries for 1 spatial axis"));
  EXPECT_THAT(refusal(DepthToSpace{{0}, {0}}, {src}), HasSubstr("factors must be at least 1"));
  EXPECT_THAT(refusal(DepthToSpace{{3}, {-1}}, {src}), HasSubstr("crops must be at least 0"));
  EXPECT_THAT(refusal(DepthToSpace{{3}, {3}}, {src}), HasSubstr("smaller than factors [3]"));
  EXPECT_THAT(refusal(DepthToSpace{{4}, {0}}, {src}), HasSubstr("6 channels are no multiple"));
  EXPECT_THAT(refusal(DepthToSpace{{2, 2}, {0, 0}}, {{dynamic, 6, 5, 5}}),
              HasSubstr("6 channels are no multiple of the product of factors [2, 2]"));
}

TEST(InferShape, PoolRefusals) {
  const std::vector<Shape> inputs{{dynamic, 4, 9}};
  const auto with = [&](auto change) {
    Pool pool = pool_of({3});
    change(pool);
    return refusal(pool, inputs);
  };
  EXPECT_EQ(with([](Pool&) {}), "");
  EXPECT_THAT(with([](Pool& pool) { pool.kernel = {0}; }), HasSubstr("kernel extents"));
  EXPECT_THAT(with([](Pool& pool) { pool.strides = {0}; }), HasSubstr("strides must be"));
  EXPECT_THAT(with([](Pool& pool) { pool.pads_begin = {3}; }),
              HasSubstr("smaller than the kernel"));
  EXPECT_THAT(with([](Pool& pool) { pool.pads_end = {3}; }), HasSubstr("smaller than the kernel"));
  EXPECT_THAT(with([](Pool& pool) { pool.pads_begin = {-1}; }),
              HasSubstr("smaller than the kernel"));
  EXPECT_THAT(with([](Pool& pool) { pool.pads_end = {-1}; }), HasSubstr("smaller than the kernel"));
  EXPECT_THAT(with([](Pool& pool) { pool.kernel = {10}; }), HasSubstr("reaches over 10 cells"));
  EXPECT_THAT(with([](Pool& pool) { pool.strides = {1, 1}; }), HasSubstr("2 entries"));
}

TEST(InferShape, ChannelRefusals) {
  EXPECT_THAT(refusal(Affine{}, {{dynamic}, {2}, {2}}), HasSubstr("needs a channel axis 1"));
  EXPECT_THAT(refusal(Affine{}, {{dynamic, 2}, {3}, {2}}), HasSubstr("mul must be [2]"));
  EXPECT_THAT(refusal(Affine{}, {{dynamic, 2}, {2}, {3}}), HasSubstr("add must be [2]"));
  EXPECT_THAT(refusal(Affine{}, {{dynamic, 2}, {2}}), HasSubstr("needs at least 3 inputs"));
  const Shape two{2};
  const Shape bad{2, 1};
  const Shape src{dynamic, 2, 5};
  EXPECT_THAT(refusal(BatchNorm{}, {src, bad, two, two, two}), HasSubstr("gamma must be [2]"));
  EXPECT_THAT(refusal(BatchNorm{}, {src, two, bad, two, two}), HasSubstr("beta must be [2]"));
  EXPECT_THAT(refusal(BatchNorm{}, {src, two, two, bad, two}), HasSubstr("mean must be [2]"));
  EXPECT_THAT(refusal(BatchNorm{}, {src, two, two, two, bad}), HasSubstr("variance must be [2]"));
}

TEST(InferShape, JoinRefusals) {
  EXPECT_THAT(refusal(Add{}, {{dynamic, 2}, {dynamic, 3}}), HasSubstr("cannot add"));
  EXPECT_THAT(refusal(Concat{0}, {{dynamic, 2}}), HasSubstr("along axis 0"));
  EXPECT_THAT(refusal(Concat{2}, {{dynamic, 2}}), HasSubstr("along axis 2"));
  EXPECT_THAT(refusal(Concat{1}, {{dynamic, 2}, {dynamic, 2, 1}}), HasSubstr("cannot concatenate"));
  EXPECT_THAT(refusal(Concat{1}, {{dynamic, 2, 3}, {dynamic, 2, 4}}),
              HasSubstr("cannot concatenate"));
  EXPECT_THAT(refusal(Eltwise{}, {}), HasSubstr("needs at least 1 input,"));
  const Extremum smallest{ExtremumKind::minimum};
  EXPECT_EQ(infer(smallest, {{dynamic, 2, 3}, {2}, {dynamic, 2, 3}}), (Shape{dynamic, 2, 3}));
  EXPECT_THAT(refusal(smallest, {{dynamic, 2, 3}, {3}}),
              HasSubstr("cannot take the minimum of [N, 2, 3] and [3]"));
  EXPECT_THAT(refusal(smallest, {{dynamic, 2}, {dynamic, 3}}), HasSubstr("cannot take"));
}

/// Only bounds may be infinite.
TEST(InferShape, ParameterRefusals) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Shape> src{{dynamic, 2}};
  EXPECT_EQ(infer(clip_between(-infinity, infinity), src), src[0]);
  EXPECT_THAT(refusal(Eltwise{EltwiseKind::clip, nan, 1.0F}, src),
              HasSubstr("clip has a parameter of nan"));
  EXPECT_THAT(refusal(Eltwise{EltwiseKind::clip, 0.0F, nan}, src), HasSubstr("of nan"));
  EXPECT_THAT(refusal(Eltwise{EltwiseKind::clip, 1.0F, 0.0F}, src),
              HasSubstr("the lower one comes first"));
  EXPECT_THAT(refusal(Eltwise{EltwiseKind::leaky_relu, infinity}, src),
              HasSubstr("leaky_relu has a parameter of inf"));
  EXPECT_THAT(refusal(Eltwise{EltwiseKind::hard_sigmoid, 1.0F, nan}, src),
              HasSubstr("hard_sigmoid has a parameter of nan"));
}

TEST(InferShape, RearrangementRefusals) {
  EXPECT_THAT(refusal(Reshape{{}}, {{dynamic, 6}}), HasSubstr("must be the batch"));
  EXPECT_THAT(refusal(Reshape{{6, dynamic}}, {{dynamic, 6}}), HasSubstr("must be the batch"));
  EXPECT_THAT(refusal(Reshape{{dynamic, 0}}, {{dynamic, 6}}), HasSubstr("extents must be"));
  EXPECT_THAT(refusal(Reshape{{dynamic, 5}}, {{dynamic, 6}}), HasSubstr("cannot reshape"));
  EXPECT_THAT(refusal(Transpose{{0, 1}}, {{dynamic, 2, 3}}), HasSubstr("does not fit src"));
  EXPECT_THAT(refusal(Transpose{{0, 1, 1}}, {{dynamic, 2, 3}}), HasSubstr("does not fit src"));
  EXPECT_THAT(refusal(Softmax{0}, {{dynamic, 2}}), HasSubstr("needs an axis"));
  EXPECT_THAT(refusal(Softmax{2}, {{dynamic, 2}}), HasSubstr("needs an axis"));
}

TEST(Op, MacsCountPaddingToo) {
  EXPECT_EQ(macs_per_sample(Dense{}, {{dynamic, 4}, {7, 4}}, {dynamic, 7}), 28);
  EXPECT_EQ(macs_per_sample(conv_of(1), {{dynamic, 2, 9}, {3, 2, 4}}, {dynamic, 3, 6}),
            3 * 6 * 2 * 4);
  EXPECT_EQ(macs_per_sample(Eltwise{}, {{dynamic, 4}}, {dynamic, 4}), 0);
}

TEST(Op, NamesGoBothWays) {
  for (const EltwiseKind kind :
       {EltwiseKind::relu, EltwiseKind::clip, EltwiseKind::threshold, EltwiseKind::leaky_relu,
        EltwiseKind::elu, EltwiseKind::selu, EltwiseKind::sigmoid, EltwiseKind::hard_sigmoid,
        EltwiseKind::tanh, EltwiseKind::softplus, EltwiseKind::softsign, EltwiseKind::exp,
        EltwiseKind::swish, EltwiseKind::gelu}) {
    EXPECT_EQ(eltwise_kind_from(name_of(kind)), kind);
    EXPECT_EQ(name_of(Op(Eltwise{kind, 0.0F})), name_of(kind));
  }
  EXPECT_THROW((void)eltwise_kind_from("mish"), std::out_of_range);
  EXPECT_EQ(name_of(Op(pool_of({2}))), "max_pool");
  EXPECT_TRUE(is_quantizable(Dense{}));
  EXPECT_FALSE(is_quantizable(Add{}));
  EXPECT_EQ(name_of(Op(DepthToSpace{{2}, {0}})), "depth_to_space");
  EXPECT_TRUE(only_moves_cells(DepthToSpace{{2}, {1}}));
}

}  // namespace
}  // namespace caloquant
