#include "metrics/physics/shower_sample.hpp"

#include <numeric>
#include <vector>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::physics_events;
using testing::physics_extents;
using testing::same;

using ShowerSampleProperty = testing::PropertyTest;

TEST_F(ShowerSampleProperty, CutsAndThreadsDoNotChangeABit) {
  const ShowerSample whole = testing::physics_sample(1);
  const std::vector<float> images = testing::physics_images(1);
  const std::vector<double> energies = testing::physics_energies();
  const std::vector<double> thetas = testing::physics_thetas();
  ShowerSample cut(physics_extents, physics_events);
  for (std::size_t first = 0; first < physics_events;) {
    const std::size_t count = std::min(static_cast<std::size_t>(testing::uniform_int(random, 1, 9)),
                                       physics_events - first);
    const std::size_t cells = cell_count(physics_extents);
    cut.add(std::span(images).subspan(first * cells, count * cells),
            std::span(energies).subspan(first, count), std::span(thetas).subspan(first, count), 3);
    first += count;
  }
  ASSERT_TRUE(cut.complete());
  for (std::size_t event = 0; event < physics_events; ++event) {
    const auto row = [&](const ShowerSample& sample) {
      return std::vector<double>(sample.row(event).begin(), sample.row(event).end());
    };
    EXPECT_TRUE(same(row(cut), row(whole))) << event;
  }
  for (std::size_t block = 0; block < whole.blocks(); ++block) {
    EXPECT_EQ(cut.spectrum(block).counts(), whole.spectrum(block).counts());
  }
}

TEST(ShowerSample, SpectrumIsThatOfAllCells) {
  const ShowerSample sample = testing::physics_sample(1);
  EXPECT_EQ(sample.spectrum().counts(), testing::golden_spectrum);
  EXPECT_EQ(sample.blocks(), 20U);
  const auto entries = [](const CellSpectrum& spectrum) {
    const auto& counts = spectrum.counts();
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  };
  std::uint64_t left_out = 0;
  for (std::size_t block = 0; block < sample.blocks(); ++block) {
    left_out += entries(sample.spectrum(block));
  }
  EXPECT_EQ(left_out, 19 * entries(sample.spectrum()));
}

TEST(ShowerSample, CountsWhatIsWrong) {
  ShowerSample sample({1, 1, 2}, 3);
  sample.add(std::vector{0.0F, 0.0F, 1.0F, std::nanf(""), 1.0F, 2.0F}, std::vector{1.0, 1.0, 1.0},
             std::vector{1.0, 1.0, 1.0});
  EXPECT_EQ(sample.events_without_energy(), 1U);
  EXPECT_EQ(sample.cells_not_finite(), 1U);
  EXPECT_EQ(sample.slice(3), (std::vector{0.0, 0.0, 2.0}));
  EXPECT_EQ(sample.sparsity(13), (std::vector{0.0, 0.0, 0.5}));
}

TEST(ShowerSample, QuantitiesKeepTheirOrder) {
  ShowerSample sample({1, 1, 1}, 2);
  for (int event = 0; event < 2; ++event) {
    sample.add_quantity("z", std::vector{1.0});
    sample.add_quantity("a", std::vector{2.0});
  }
  ASSERT_EQ(sample.quantities().size(), 2U);
  EXPECT_EQ(sample.quantities()[0].first, "z");
  EXPECT_EQ(sample.quantities()[1].second, (std::vector{2.0, 2.0}));
}

}  // namespace
}  // namespace caloquant
