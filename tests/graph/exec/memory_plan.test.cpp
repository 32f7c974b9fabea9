#include "graph/exec/memory_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class MemoryPlanning : public testing::PropertyTest {};

TEST_F(MemoryPlanning, BuffersAliveTogetherNeverOverlap) {
  for (int round = 0; round < 100; ++round) {
    std::vector<Lifetime> lifetimes;
    const int count = testing::uniform_int(random, 1, 20);
    for (int i = 0; i < count; ++i) {
      const auto first = static_cast<std::size_t>(testing::uniform_int(random, 0, 10));
      const auto length = static_cast<std::size_t>(testing::uniform_int(random, 0, 5));
      lifetimes.push_back(
          {static_cast<std::size_t>(testing::uniform_int(random, 1, 1000)), first, first + length});
    }
    const MemoryPlan plan = plan_memory(lifetimes);
    for (std::size_t a = 0; a < lifetimes.size(); ++a) {
      EXPECT_EQ(plan.offsets[a] % 64, 0U);
      EXPECT_LE(plan.offsets[a] + lifetimes[a].bytes, plan.total);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together =
            lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
        const bool apart = plan.offsets[a] + lifetimes[a].bytes <= plan.offsets[b] ||
                           plan.offsets[b] + lifetimes[b].bytes <= plan.offsets[a];
        EXPECT_TRUE(!together || apart);
      }
    }
  }
}

TEST(MemoryPlan, AChainNeedsTwoBuffers) {
  EXPECT_EQ(plan_memory({{640, 0, 1}, {640, 1, 2}, {640, 2, 3}, {640, 3, 4}}).total, 1280U);
}

}  // namespace
}  // namespace caloquant
