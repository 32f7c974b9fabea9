#include "ops/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// The philox4x32-10 lines of tests/kat_vectors of the Random123 library.
TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  EXPECT_EQ(philox::block({0, 0, 0, 0}, {0, 0}),
            (philox::Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox::block({ones, ones, ones, ones}, {ones, ones}),
            (philox::Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox::block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (philox::Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// Pins the mapping (seed, event, component) -> counter: latents of earlier runs stay repeatable.
/// The block of counter {index, domain 1, event lo, event hi} and key {seed lo, seed hi}.
TEST(Philox, NormalIsBoxMullerOfOneBlock) {
  const philox::Words words = philox::block({3, 1, 5, 2}, {9, 7});
  const auto unit = [](std::uint32_t first, std::uint32_t second) {
    const double bits = std::floor((first * 4294967296.0 + second) / 4096.0);
    return (bits + 0.5) / 4503599627370496.0;
  };
  const double radius = std::sqrt(-2.0 * std::log(unit(words[0], words[1])));
  const double angle = 2.0 * M_PI * unit(words[2], words[3]);
  const std::uint64_t seed = (7ULL << 32U) | 9U;
  const std::uint64_t event = (2ULL << 32U) | 5U;
  // Two libm calls and two products, each within an ulp or two of values below 10. The long
  // expression above rounds first * 2^32 + second to 53 bits, which moves the result by < 1e-14.
  EXPECT_NEAR(philox::normal(seed, event, 6), radius * std::cos(angle), 1e-13);
  EXPECT_NEAR(philox::normal(seed, event, 7), radius * std::sin(angle), 1e-13);
}

TEST(Philox, FillNormalEqualsNormalComponentByComponent) {
  for (const std::size_t size : {0U, 1U, 2U, 7U, 254U}) {
    std::vector<float> row(size);
    philox::fill_normal(11, 13, row);
    for (std::size_t j = 0; j < size; ++j) {
      EXPECT_EQ(row[j], static_cast<float>(philox::normal(11, 13, static_cast<std::uint32_t>(j))));
    }
  }
}

TEST(Philox, SeedEventComponentAndKindOfDrawAllMatter) {
  std::set<double> seen;
  for (const std::uint64_t big : {0ULL, 1ULL, 1ULL << 32U, 1ULL << 63U}) {
    seen.insert(philox::uniform(big, 2, 3));
    seen.insert(philox::uniform(2, big + 5, 3));
    seen.insert(philox::normal(big, 2, 3));
    seen.insert(philox::normal(2, big + 5, 3));
    seen.insert(philox::Stream(big, 2).uniform());
    seen.insert(philox::Stream(2, big + 5).uniform());
  }
  seen.insert(philox::uniform(2, 3, 4));
  seen.insert(philox::uniform(2, 3, 5));
  EXPECT_EQ(seen.size(), 6 * 4 + 2U);
}

TEST(Philox, StreamRepeatsAndCrossesItsBuffer) {
  philox::Stream stream(1, 2);
  for (std::uint32_t index = 0; index < 50; ++index) {
    for (const std::uint32_t word : philox::block({index, 2, 2, 0}, {1, 0})) {
      ASSERT_EQ(stream.word(), word);
    }
  }
}

class PhiloxMoments : public testing::PropertyTest {};

/// Of n standard normals: SE(mean) = 1/sqrt n, SE(variance) = sqrt(2/n), SE(4th moment) =
/// sqrt(96/n), SE(correlation) = 1/sqrt n. Five standard errors: a false alarm in 2e6 runs.
TEST_F(PhiloxMoments, NormalsAreStandardAndUncorrelated) {
  constexpr int n = 200'000;
  double mean = 0.0;
  double second = 0.0;
  double fourth = 0.0;
  double neighbour = 0.0;
  double next_event = 0.0;
  for (std::uint32_t event = 0; event < n / 100; ++event) {
    for (std::uint32_t component = 0; component < 100; ++component) {
      const double z = philox::normal(seed, event, component);
      mean += z;
      second += z * z;
      fourth += z * z * z * z;
      neighbour += z * philox::normal(seed, event, component + 1);
      next_event += z * philox::normal(seed, event + 1, component);
    }
  }
  const double root = std::sqrt(n);
  EXPECT_NEAR(mean / n, 0.0, 5.0 / root);
  EXPECT_NEAR(second / n, 1.0, 5.0 * std::sqrt(2.0) / root);
  EXPECT_NEAR(fourth / n, 3.0, 5.0 * std::sqrt(96.0) / root);
  EXPECT_NEAR(neighbour / n, 0.0, 5.0 / root);
  EXPECT_NEAR(next_event / n, 0.0, 5.0 / root);
}

/// Kolmogorov-Smirnov: P(sqrt n D > 2.7) = 2 exp(-2 2.7^2) = 9e-7.
TEST_F(PhiloxMoments, UniformsAreFlat) {
  constexpr std::size_t n = 50'000;
  std::vector<double> indexed(n);
  std::vector<double> streamed(n);
  philox::Stream stream(seed, 1);
  for (std::size_t i = 0; i < n; ++i) {
    indexed[i] = philox::uniform(seed, i, 0);
    streamed[i] = stream.uniform();
  }
  for (std::vector<double>* sample : {&indexed, &streamed}) {
    std::sort(sample->begin(), sample->end());
    EXPECT_GT(sample->front(), 0.0);
    EXPECT_LT(sample->back(), 1.0);
    double distance = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double rank = static_cast<double>(i) / static_cast<double>(n);
      distance = std::max(distance, std::abs((*sample)[i] - rank));
    }
    EXPECT_LT(distance * std::sqrt(static_cast<double>(n)), 2.7);
  }
}

}  // namespace
}  // namespace caloquant
