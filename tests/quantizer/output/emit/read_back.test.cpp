#include "quantizer/output/emit/read_back.hpp"

#include <gmock/gmock.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

ModelQuality quality(double loss, double response) {
  ModelQuality made;
  made.loss.value = loss;
  made.loss.standard_error = 0.001;
  made.response = {{"100 GeV", response, 0.0005, 20}};
  return made;
}

std::string problem(const ModelQuality& read, bool same_graph) {
  return message_of([&] { require_judged_model(quality(0.01, 0.99), read, same_graph, "q.h5"); });
}

TEST(ReadBack, TheSameGraphHasTheSameBits) {
  EXPECT_EQ(problem(quality(0.01, 0.99), true), "");
  EXPECT_THAT(problem(quality(0.0100001, 0.99), true),
              HasSubstr("q.h5: comes back as another model: its loss is 0.0100001, and 0.01"));
  EXPECT_THAT(problem(quality(0.01, 0.990001), true), HasSubstr("energy response at 100 GeV"));
}

TEST(ReadBack, AnotherGraphMayRoundElsewhere) {
  EXPECT_EQ(problem(quality(0.0109, 0.9904), false), "");
  EXPECT_THAT(problem(quality(0.0111, 0.99), false), HasSubstr("its loss is"));
  EXPECT_THAT(problem(quality(0.01, 0.9906), false), HasSubstr("energy response at 100 GeV"));
}

TEST(ReadBack, WithoutABinItIsAnotherModel) {
  ModelQuality read = quality(0.01, 0.99);
  read.response.clear();
  EXPECT_THAT(problem(read, false), HasSubstr("0 energy bins in place of 1"));
}

}  // namespace
}  // namespace caloquant
