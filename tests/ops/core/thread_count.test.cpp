#include "ops/core/thread_count.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>

namespace caloquant {
namespace {

class ThreadCountTest : public ::testing::Test {
 protected:
  void TearDown() override {
    omp_set_num_threads(threads_);
    omp_set_dynamic(dynamic_);
    omp_set_max_active_levels(levels_);
  }

 private:
  int threads_ = omp_get_max_threads();
  int dynamic_ = omp_get_dynamic();
  int levels_ = omp_get_max_active_levels();
};

TEST_F(ThreadCountTest, IsWithinReason) {
  EXPECT_EQ(within_reason(1), 1);
  EXPECT_EQ(within_reason(0), 1);
  EXPECT_EQ(within_reason(8), 8);
  EXPECT_EQ(within_reason(1'000'000), std::max(omp_get_num_procs(), 8));
  omp_set_num_threads(100'000);
  EXPECT_EQ(team_size(), within_reason(100'000));
}

TEST_F(ThreadCountTest, ComesBack) {
  omp_set_num_threads(5);
  {
    const ThreadCount three(3);
    EXPECT_EQ(team_size(), 3);
    {
      const ThreadCount one(1);
      EXPECT_EQ(omp_get_max_threads(), 1);
    }
    EXPECT_EQ(omp_get_max_threads(), 3);
  }
  EXPECT_EQ(omp_get_max_threads(), 5);
}

TEST_F(ThreadCountTest, GrantedIsWhatARegionGets) {
  omp_set_num_threads(3);
  omp_set_dynamic(1);
  {
    const GrantedTeam team;
    EXPECT_EQ(omp_get_dynamic(), 0);
    EXPECT_EQ(omp_get_max_threads(), team.threads());
    for (int i = 0; i < 20; ++i) {
      int got = 0;
#pragma omp parallel
#pragma omp master
      got = omp_get_num_threads();
      EXPECT_EQ(got, team.threads());
    }
  }
  EXPECT_NE(omp_get_dynamic(), 0);
  EXPECT_EQ(omp_get_max_threads(), 3);
  omp_set_max_active_levels(0);
  EXPECT_EQ(GrantedTeam().threads(), 1);
  EXPECT_EQ(omp_get_max_threads(), 3);
}

// oneDNN itself takes one thread there.
TEST_F(ThreadCountTest, GrantedWithinARegionIsOne) {
  omp_set_max_active_levels(3);
  int inside = 0;
  int team = 0;
#pragma omp parallel num_threads(2)
#pragma omp master
  {
    team = omp_get_num_threads();
    inside = GrantedTeam().threads();
  }
  EXPECT_EQ(inside, team == 1 ? GrantedTeam().threads() : 1);
}

}  // namespace
}  // namespace caloquant
