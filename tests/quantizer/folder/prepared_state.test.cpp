#include "quantizer/folder/prepared_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

PreparedState eventful_state() {
  constexpr float most = std::numeric_limits<float>::max();
  PreparedState state;
  state.ranges.layers["conv \"1\"\n"] = {{RangeAlgorithm::minmax, {-most, 0.1F}},
                                         {RangeAlgorithm::automatic, {-0.0F, most}}};
  state.ranges.candidates["dense"] = {{RangeAlgorithm::kl, {-1.0F / 3.0F, 2.0F}, {0.25, 1e-300}},
                                      {RangeAlgorithm::mse, {0.0F, 0.0F}, {1.0, 2.0}}};
  state.ranges.events = 350;
  state.equalized_by = {{"dense", {0.1F, 0.0F, most}}, {"conv", {}}};
  state.bias_correction = true;
  state.tried = {{true, false, true, false, true, 0.1, true},
                 {false, true, false, true, false, std::numeric_limits<double>::infinity(), false}};
  return state;
}

TEST(PreparedStateFile, GivesBackEveryBit) {
  const Json json = to_json(eventful_state());
  const PreparedState read =
      prepared_state_from(parse_json<DataError>(json.dump(), "place"), "place");
  EXPECT_EQ(to_json(read), json);
  EXPECT_EQ(read.ranges.layers, eventful_state().ranges.layers);
  EXPECT_EQ(read.equalized_by, eventful_state().equalized_by);
  EXPECT_EQ(read.ranges.events, 350);
  EXPECT_EQ(read.ranges.candidates.at("dense").at(0).error.energy, 1e-300);
  EXPECT_TRUE(read.bias_correction);
  EXPECT_FALSE(read.weight_reconstruction);
  ASSERT_EQ(read.tried.size(), 2U);
  EXPECT_TRUE(read.tried[0].kept);
  PreparedState plain;
  EXPECT_FALSE(prepared_state_from(to_json(plain), "place").equalized_by);
}

// Plans round by these ranges and look for the best of these candidates without a further check.
TEST(PreparedStateFile, RefusesWhatNoCalibrationGives) {
  const auto refusal = [](const char* pointer, const Json& value) {
    Json json = to_json(eventful_state());
    json[Json::json_pointer(pointer)] = value;
    return testing::message_of([&] { (void)prepared_state_from(json, "place"); });
  };
  EXPECT_THAT(refusal("/ranges/dense", {{"minmax", {"nan", 1}}}), HasSubstr("no finite 32-bit"));
  EXPECT_THAT(refusal("/ranges/dense", {{"minmax", {-1, 1e39}}}), HasSubstr("no finite 32-bit"));
  EXPECT_THAT(refusal("/ranges/dense", {{"minmax", {1, 2}}}), HasSubstr("a range without 0"));
  EXPECT_THAT(refusal("/ranges/dense", {{"best", {-1, 2}}}), HasSubstr("ranges/dense/best"));
  EXPECT_THAT(refusal("/candidates/dense", Json::array()), HasSubstr("candidates/dense"));
  EXPECT_THAT(refusal("/equalized_by/dense", 3), HasSubstr("equalized_by/dense: is no list"));
  EXPECT_THAT(refusal("/events", std::uint64_t{1} << 63U), HasSubstr("'events'"));
}

}  // namespace
}  // namespace caloquant
