// Forty showers of full simulation (tools/examples/geant4), and the parametrisation held against
// them.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

#include "calibration/data/shower_file.hpp"
#include "calibration/showers/shower_model.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant::showers {
namespace {

constexpr std::size_t sample_events = 40;
constexpr std::size_t depth_layers = EcalStack::layer_count;
constexpr std::size_t window_cells = std::size_t{51} * 51 * depth_layers;
constexpr double file_units_per_gev = 50.0;

std::filesystem::path sample() {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/geant4/clic51_em.h5";
}

std::vector<float> read(const H5File& file, const char* name) {
  const Tensor tensor = file.read(name, DType::f32);
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

/// Visible energy [GeV], mean depth and its variance [layers].
struct DepthMoments {
  double visible = 0.0;
  double depth = 0.0;
  double variance = 0.0;
};

DepthMoments depth_moments(std::span<const float> image, double units) {
  std::array<double, 3> sums{};
  for (std::size_t i = 0; i < image.size(); ++i) {
    const auto energy = static_cast<double>(image[i]) / units;
    const auto layer = static_cast<double>(i % depth_layers);
    sums[0] += energy;
    sums[1] += energy * layer;
    sums[2] += energy * layer * layer;
  }
  const double mean = sums[1] / sums[0];
  return {sums[0], mean, sums[2] / sums[0] - mean * mean};
}

class Geant4Sample : public ::testing::Test {
 protected:
  Geant4Sample() {
    const H5File file = H5File::open(sample(), ErrorKind::data);
    energies = read(file, "/energy");
    thetas = read(file, "/theta");
    images = read(file, "/ECAL");
  }

  /// Mean over events of (parametrised / simulated - 1) and of the difference of depths, each in
  /// its standard errors. Ten parametrised showers for each simulated one: their part of the
  /// spread is in the spread of the differences.
  [[nodiscard]] DepthMoments deviations(const ShowerConstants& constants) const {
    const ShowerModel model(51, constants);
    SpotList scratch;
    std::vector<float> image(window_cells);
    std::array<std::vector<double>, 3> differences;
    for (std::size_t i = 0; i < sample_events; ++i) {
      const DepthMoments full = depth_moments(
          std::span(images).subspan(i * window_cells, window_cells), file_units_per_gev);
      DepthMoments mean;
      for (std::uint64_t k = 0; k < 10; ++k) {
        model.generate(1, 10 * i + k, static_cast<double>(energies[i]),
                       static_cast<double>(thetas[i]), scratch, image);
        const DepthMoments one = depth_moments(image, 1.0);
        mean.visible += 0.1 * one.visible;
        mean.depth += 0.1 * one.depth;
        mean.variance += 0.1 * one.variance;
      }
      differences[0].push_back(mean.visible / full.visible - 1.0);
      differences[1].push_back(mean.depth - full.depth);
      differences[2].push_back(mean.variance - full.variance);
    }
    return {in_errors(differences[0]), in_errors(differences[1]), in_errors(differences[2])};
  }

  static double in_errors(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    double sum = 0.0;
    double squares = 0.0;
    for (const double value : values) {
      sum += value;
      squares += value * value;
    }
    const double mean = sum / count;
    return mean / std::sqrt((squares / count - mean * mean) / (count - 1.0));
  }

  std::vector<float> energies;
  std::vector<float> thetas;
  std::vector<float> images;
};

TEST_F(Geant4Sample, IsReadAsCernsFilesAre) {
  const ShowerFile file(sample(), DataLayout::variable_angle, {51, 51, 25});
  EXPECT_EQ(file.rows(), 40);
  ASSERT_EQ(energies.size(), sample_events);
  ASSERT_EQ(images.size(), sample_events * window_cells);
  const H5File h5 = H5File::open(sample(), ErrorKind::data);
  const std::vector<float> sums = read(h5, "/sum");
  const std::vector<float> outside = read(h5, "/outside");
  for (std::size_t i = 0; i < sample_events; ++i) {
    EXPECT_GE(energies[i], 2.0F);
    EXPECT_LE(energies[i], 500.0F);
    EXPECT_GE(thetas[i], 60.0F * 3.14159F / 180.0F);
    EXPECT_LE(thetas[i], 120.0F * 3.14160F / 180.0F);
    const double visible =
        depth_moments(std::span(images).subspan(i * window_cells, window_cells), file_units_per_gev)
            .visible;
    // A sum of some thousand floats, rounded to one.
    EXPECT_NEAR(visible * file_units_per_gev, static_cast<double>(sums[i]),
                1e-4 * static_cast<double>(sums[i]));
    EXPECT_GE(outside[i], 0.0F);
    EXPECT_LT(static_cast<double>(outside[i]), 0.05 * visible);
  }
}

TEST_F(Geant4Sample, CorrectedShowersAreLikeIt) {
  const DepthMoments found = deviations(ShowerConstants::of(ShowerTuning::geant4));
  EXPECT_LT(std::abs(found.visible), 4.0);
  EXPECT_LT(std::abs(found.depth), 4.0);
  EXPECT_LT(std::abs(found.variance), 4.0);
}

TEST_F(Geant4Sample, SeesConstantsThatAreOff) {
  ShowerConstants off = ShowerConstants::of(ShowerTuning::geant4);
  off.response.at_100_gev *= 1.06;
  EXPECT_GT(deviations(off).visible, 4.0);
  off = ShowerConstants::of(ShowerTuning::geant4);
  off.maximum.at_100_gev *= 1.1;
  EXPECT_GT(deviations(off).depth, 4.0);
}

}  // namespace
}  // namespace caloquant::showers
