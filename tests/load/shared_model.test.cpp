// Many threads on one model, each with a context of its own: the showers of one thread. The preset
// `tsan` runs it under ThreadSanitizer.

#include <gtest/gtest.h>

#include <atomic>
#include <caloquant/shower_generator.hpp>
#include <span>
#include <thread>
#include <vector>

#include "tests/load/small_networks.hpp"

namespace caloquant {
namespace {

constexpr std::uint64_t threads_at_a_time = 50;
constexpr std::uint64_t calls = 3;

std::uint64_t rounds() {
  return testing::full_load() ? 20 : 4;
}

std::vector<float> shower(ShowerContext& context, std::uint64_t event) {
  const auto cells = context.generate({50.0 + static_cast<double>(event % 400), 1.2, 11, event});
  return {cells.begin(), cells.end()};
}

class SharedModel : public ::testing::TestWithParam<bool> {
 protected:
  const ShowerModel model{testing::small_generator(GetParam())};
};

TEST_P(SharedModel, GivesEveryThreadTheSameShowers) {
  const std::uint64_t all = rounds() * threads_at_a_time * calls;
  std::vector<std::vector<float>> expected;
  ShowerContext alone(model);
  for (std::uint64_t event = 0; event < all; ++event) {
    expected.push_back(shower(alone, event));
  }
  std::atomic<int> wrong{0};
  for (std::uint64_t round = 0; round < rounds(); ++round) {
    std::vector<std::thread> team;
    for (std::uint64_t thread = 0; thread < threads_at_a_time; ++thread) {
      team.emplace_back([&, thread] {
        ShowerContext context(model);
        for (std::uint64_t call = 0; call < calls; ++call) {
          const std::uint64_t event = (round * threads_at_a_time + thread) * calls + call;
          wrong += shower(context, event) == expected[event] ? 0 : 1;
        }
      });
    }
    for (std::thread& one : team) {
      one.join();
    }
  }
  EXPECT_EQ(wrong, 0);
}

// Runners of copies of the model, several threads inside of each call.
TEST_P(SharedModel, GivesEveryRunnerTheSameOutputs) {
  const Model network = testing::small_generator(GetParam());
  constexpr std::int64_t events = 8;
  const auto run = [&](float first) {
    std::vector<float> latents(20 * events, first);
    std::vector<float> images(6 * 6 * 4 * events);
    const std::span<const float> src = latents;
    const std::span<float> dst = images;
    Runner(network, events).run(events, {&src, 1}, {&dst, 1});
    return images;
  };
  const std::vector<float> expected = run(0.25F);
  std::atomic<int> wrong{0};
  for (std::uint64_t round = 0; round < rounds(); ++round) {
    std::vector<std::thread> team;
    for (int thread = 0; thread < 8; ++thread) {
      team.emplace_back([&] { wrong += run(0.25F) == expected ? 0 : 1; });
    }
    for (std::thread& one : team) {
      one.join();
    }
  }
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Load, SharedModel, ::testing::Bool(),
                         [](const auto& quantized) { return quantized.param ? "Int8" : "Fp32"; });

}  // namespace
}  // namespace caloquant
