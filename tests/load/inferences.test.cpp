// A simulation calls a model for weeks: memory must not grow with the calls.

#include <gtest/gtest.h>

#include <caloquant/shower_generator.hpp>
#include <functional>
#include <iostream>
#include <span>
#include <vector>

#include "ops/core/thread_count.hpp"
#include "tests/load/small_networks.hpp"

namespace caloquant {
namespace {

/// `call` often enough; memory at a tenth of the calls and at their end.
void expect_no_growth(const std::function<void(std::uint64_t)>& call) {
  const std::uint64_t all = testing::full_load() ? 1'000'000 : 20'000;
  for (std::uint64_t i = 0; i < all / 10; ++i) {
    call(i);
  }
  const long before = testing::resident_kib();
  for (std::uint64_t i = all / 10; i < all; ++i) {
    call(i);
  }
  const long after = testing::resident_kib();
  std::cout << "resident after " << all / 10 << " calls: " << before << " KiB, after " << all
            << ": " << after << " KiB\n";
  // A byte lost per call would be 17 KiB in the short run and 880 KiB in the full one; pages that
  // were never touched before may come in once.
  EXPECT_LE(after, before + 64);
}

class Inferences : public ::testing::TestWithParam<bool> {};

TEST_P(Inferences, OfARunner) {
  const Model model = testing::small_generator(GetParam());
  const ThreadCount alone(1);  // a team would wait for itself longer than it computes
  Runner runner(model, 1);
  std::vector<float> latents(20, 0.5F);
  std::vector<float> image(6 * 6 * 4);
  const std::span<const float> src = latents;
  const std::span<float> dst = image;
  expect_no_growth([&](std::uint64_t call) {
    latents[call % 20] = static_cast<float>(call % 7) - 3.0F;
    runner.run(1, {&src, 1}, {&dst, 1});
  });
}

TEST_P(Inferences, OfAShowerContext) {
  const ShowerModel model(testing::small_generator(GetParam()));
  ShowerContext context(model);
  expect_no_growth([&](std::uint64_t call) {
    ASSERT_EQ(context.generate({100.0, 1.5, 7, call}).size(), model.cell_count());
  });
}

// Contexts come and go with the worker threads.
TEST_P(Inferences, OfNewContexts) {
  const ShowerModel model(testing::small_generator(GetParam()));
  const int rounds = testing::full_load() ? 10'000 : 300;
  long before = 0;
  for (int i = 0; i < rounds; ++i) {
    ShowerContext context(model);
    ASSERT_EQ(context.generate({100.0, 1.5, 7, 1}).size(), model.cell_count());
    if (i == rounds / 3) {
      before = testing::resident_kib();
    }
  }
  // oneDNN keeps the kernels that it made, up to a number of its own.
  EXPECT_LE(testing::resident_kib(), before + 2048);
}

INSTANTIATE_TEST_SUITE_P(Load, Inferences, ::testing::Bool(),
                         [](const auto& quantized) { return quantized.param ? "Int8" : "Fp32"; });

}  // namespace
}  // namespace caloquant
