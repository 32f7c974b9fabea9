#include <gtest/gtest.h>

#include <cstdlib>

int main(int argc, char** argv) {
  // Measured choices of kernels would differ from run to run; commands that tests start inherit it.
  setenv("CALOQUANT_KERNEL_CACHE", "off", 1);  // NOLINT(concurrency-mt-unsafe)
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
