#include "quantizer/config/nearest_key.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

TEST(NearestKey, FindsASlipOfTheFingers) {
  const std::vector<std::string> keys{"files", "layout", "calibration_samples"};
  EXPECT_EQ(nearest_key("file", keys), "files");
  EXPECT_EQ(nearest_key("layuot", keys), "layout");
  EXPECT_EQ(nearest_key("calibration_sample_size", keys), "calibration_samples");
}

TEST(NearestKey, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_key("gamma", {"files", "layout"}), "");
  EXPECT_EQ(nearest_key("", {"a"}), "");
  EXPECT_EQ(nearest_key("x", {}), "");
}

}  // namespace
}  // namespace caloquant
