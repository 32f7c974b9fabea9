#include "graph/io/native/op_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

constexpr float infinity = std::numeric_limits<float>::infinity();

TEST(OpJson, GoesBothWaysForEveryOperator) {
  const std::vector<Op> ops{Dense{},
                            Conv{{1, 2}, {3, 4}, {5, 6}, {7, 8}, 9},
                            UpsampleNearest{{2, 3}},
                            DepthToSpace{{6, 5, 4}, {3, 0, 2}},
                            Pad{{0, 0, 1}, {0, 0, 2}},
                            Pool{PoolKind::max, {2}, {3}, {1}, {0}},
                            Pool{PoolKind::average, {2}, {3}, {1}, {0}},
                            BatchNorm{1e-5},
                            Affine{},
                            Eltwise{EltwiseKind::leaky_relu, 0.25F},
                            clip_between(-0.5F, 1e9F),
                            clip_between(-infinity, std::numeric_limits<float>::max()),
                            clip_between(0.0F, infinity),
                            Eltwise{EltwiseKind::threshold, 0.5F, 0.125F},
                            Eltwise{EltwiseKind::hard_sigmoid, 0.3F, 0.4F},
                            Extremum{ExtremumKind::maximum},
                            Extremum{ExtremumKind::minimum},
                            Softmax{1},
                            Add{},
                            Concat{2},
                            Reshape{{dynamic, 4}},
                            Transpose{{0, 2, 1}},
                            Identity{}};
  // Two kinds of pooling and of extremum, six functions.
  ASSERT_EQ(ops.size(), std::variant_size_v<Op> + 7);
  for (const Op& op : ops) {
    EXPECT_EQ(op_from_json(op_to_json(op), "layer 'x'"), op) << name_of(op);
  }
}

/// As files have them that were written before these functions had two numbers.
TEST(OpJson, OlderFilesMeanTheSame) {
  const auto read = [](const char* text) {
    return std::get<Eltwise>(op_from_json(Json::parse(text), "layer 'x'"));
  };
  EXPECT_EQ(read(R"({"op": "relu", "alpha": 0.0})"), Eltwise{EltwiseKind::relu});
  EXPECT_EQ(read(R"({"op": "relu", "alpha": 6.0})"), clip_between(0.0F, 6.0F));
  EXPECT_EQ(read(R"({"op": "hard_sigmoid", "alpha": 0.0})"), hard_sigmoid_of_keras_2);
}

TEST(OpJson, NamesWhatIsMissingOrWrong) {
  const auto refusal = [](const char* text) {
    return message_of([&] { (void)op_from_json(Json::parse(text), "layer 'x'"); });
  };
  EXPECT_THAT(refusal(R"({"op": "depth_to_space", "factors": [2]})"),
              HasSubstr("layer 'x': has no 'crop_end'"));
  EXPECT_THAT(refusal(R"({"op": "depth_to_space", "crop_end": [0]})"), HasSubstr("no 'factors'"));
  EXPECT_THAT(refusal(R"({"op": "depth_to_space", "factors": "2", "crop_end": [0]})"),
              HasSubstr("'factors' has the wrong type"));
  for (const char* factors : {"[2.5]", "[9223372036854775808]", "[true]", "[null]"}) {
    EXPECT_THAT(refusal((R"({"op": "depth_to_space", "crop_end": [0], "factors": )" +
                         std::string(factors) + "}")
                            .c_str()),
                HasSubstr("'factors' has the wrong type or is out of range"))
        << factors;
  }
  EXPECT_THAT(refusal(R"({"op": "leaky_relu", "alpha": 1e39})"),
              HasSubstr("'alpha' has the wrong type or is out of range: 1e+39"));
  EXPECT_THAT(refusal(R"({"op": "leaky_relu", "alpha": "nan"})"),
              HasSubstr("'alpha' has the wrong"));
  EXPECT_THAT(refusal(R"({"op": "space_to_depth", "alpha": 0})"),
              HasSubstr("unknown operator 'space_to_depth'"));
}

}  // namespace
}  // namespace caloquant
