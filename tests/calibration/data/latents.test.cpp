#include "calibration/data/latents.hpp"

#include <cmath>
#include <vector>

#include "ops/core/enums.hpp"
#include "ops/core/philox.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

const std::vector<EventLabel> labels = {{100.0, 1.5}, {250.0, 1.1}, {37.5, 2.0}, {500.0, 1.57}};

std::vector<float> latents(InputEncoding encoding, std::uint64_t seed, std::int64_t first,
                           std::span<const EventLabel> events, std::int64_t size) {
  std::vector<float> dst(events.size() * static_cast<std::size_t>(size));
  fill_latents(encoding, seed, first, events, size, dst);
  return dst;
}

TEST(Latents, NamesRoundTrip) {
  for (const InputEncoding encoding :
       {InputEncoding::energy_angle_noise, InputEncoding::energy_times_noise}) {
    EXPECT_EQ(enum_from<InputEncoding>(name_of(encoding)), encoding);
  }
  EXPECT_FALSE(enum_from<InputEncoding>("noise").has_value());
}

TEST(Latents, EnergyAngleNoiseIsAConcatenation) {
  const auto dst = latents(InputEncoding::energy_angle_noise, 5, 30, labels, 9);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_EQ(dst[i * 9], static_cast<float>(labels[i].energy / 100.0));
    EXPECT_EQ(dst[i * 9 + 1], static_cast<float>(labels[i].theta));
    for (std::uint32_t j = 0; j < 7; ++j) {
      EXPECT_EQ(dst[i * 9 + 2 + j], static_cast<float>(philox::normal(5, 30 + i, j)));
    }
  }
}

TEST(Latents, EnergyTimesNoiseIsAProduct) {
  const auto dst = latents(InputEncoding::energy_times_noise, 5, 30, labels, 8);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::uint32_t j = 0; j < 8; ++j) {
      EXPECT_EQ(dst[i * 8 + j], static_cast<float>(labels[i].energy / 100.0) *
                                    static_cast<float>(philox::normal(5, 30 + i, j)));
    }
  }
}

TEST(Latents, DependOnlyOnSeedEventAndLabel) {
  for (const InputEncoding encoding :
       {InputEncoding::energy_angle_noise, InputEncoding::energy_times_noise}) {
    const auto whole = latents(encoding, 7, 100, labels, 200);
    std::vector<float> pieces;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto piece = latents(encoding, 7, 100 + static_cast<std::int64_t>(i),
                                 std::span(labels).subspan(i, 1), 200);
      pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    EXPECT_EQ(pieces, whole);
    EXPECT_NE(latents(encoding, 8, 100, labels, 200), whole);
    EXPECT_NE(latents(encoding, 7, 101, labels, 200), whole);
  }
}

TEST(Latents, TheSmallestSizesWork) {
  EXPECT_EQ(latents(InputEncoding::energy_angle_noise, 1, 0, std::span(labels).first(1),
                    smallest_latent(InputEncoding::energy_angle_noise)),
            (std::vector<float>{1.0F, 1.5F}));
  EXPECT_EQ(latents(InputEncoding::energy_times_noise, 1, 0, std::span(labels).first(1),
                    smallest_latent(InputEncoding::energy_times_noise)),
            (std::vector<float>{static_cast<float>(philox::normal(1, 0, 0))}));
}

}  // namespace
}  // namespace caloquant
