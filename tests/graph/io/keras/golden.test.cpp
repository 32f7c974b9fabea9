// Real weights against images from an independent float64 forward pass.

#include "graph/io/keras/reader.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

struct GoldenCase {
  const char* architecture;
  const char* weights;
  const char* golden;
  const char* image;
  std::int64_t events;
};

class KerasGolden : public ::testing::TestWithParam<GoldenCase> {};

/// Every layer rounds to f32 once, a relative error of 2^-24 each; through about 15 layers with
/// values up to 1e4 times what remains of them, 1e-5 of the largest cell covers it.
constexpr double tolerance = 1e-5;

TEST_P(KerasGolden, ImagesAgree) {
  CALOQUANT_NEEDS_SHARED();
  const std::filesystem::path models = testing::shared_folder() / "models";
  const std::filesystem::path configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  const GoldenCase& golden = GetParam();
  const Graph graph =
      read_keras({configs / golden.architecture, models / golden.weights, std::nullopt});
  const Tensor latent = testing::read_rows(models / golden.golden, "/latent", golden.events);
  const Tensor expected = testing::read_rows(models / golden.golden, golden.image, golden.events);
  const std::vector<Tensor> outputs = testing::run_reference(graph, {latent});
  ASSERT_EQ(outputs.size(), 1U);
  ASSERT_EQ(outputs.front().size(), expected.size());
  const testing::Difference found = testing::difference(outputs.front(), expected);
  EXPECT_GT(found.scale, 0.0);
  EXPECT_LE(found.largest, tolerance * found.scale);
}

INSTANTIATE_TEST_SUITE_P(Models, KerasGolden,
                         ::testing::Values(GoldenCase{"energygan.json", "energygan_013.hdf5",
                                                      "energygan_013_golden.h5", "/ECAL", 3},
                                           GoldenCase{"energygan.json", "energygan_029.hdf5",
                                                      "energygan_029_golden.h5", "/ECAL", 3},
                                           GoldenCase{"anglegan.json", "anglegan_demo.hdf5",
                                                      "anglegan_demo_golden.h5", "/image", 1}),
                         [](const auto& golden) {
                           const std::string name = golden.param.weights;
                           return name.substr(0, name.find('.'));
                         });

/// The project's own architecture files mean what the files that came with the weights mean.
TEST(KerasGoldenArchitecture, ParametersAndLayerNames) {
  const std::filesystem::path configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  const Graph angle = read_keras({configs / "anglegan.json", {}, 1});
  const Graph energy = read_keras({configs / "energygan.json", {}, 1});
  // Trained parameters and moving statistics of the published generators.
  EXPECT_EQ(angle.parameter_count(), 1365047);
  EXPECT_EQ(energy.parameter_count(), 872948);
  for (const char* name : {"dense_1", "conv3d_1", "batch_normalization_5", "conv3d_7"}) {
    EXPECT_NE(angle.find(name), nullptr) << name;
  }
  EXPECT_EQ(angle.value(angle.outputs().front().value).shape, (Shape{dynamic, 51, 51, 25, 1}));
  EXPECT_EQ(energy.value(energy.outputs().front().value).shape, (Shape{dynamic, 25, 25, 25, 1}));
}

}  // namespace
}  // namespace caloquant
