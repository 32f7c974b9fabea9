// Small models written by TensorFlow 2.15 with the outputs it computes (tools/dev/
// make_keras_fixtures.py): the reader and the reference executor must reproduce them.

#include "graph/io/files/h5file.hpp"
#include "graph/io/keras/reader.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/keras" / name;
}

KerasSource source_of(const std::string& name) {
  if (std::filesystem::exists(fixture(name + ".json"))) {
    return {fixture(name + ".json"), fixture(name + "_weights.h5"), std::nullopt};
  }
  return {{}, fixture(name + ".h5"), std::nullopt};
}

class KerasFixture : public ::testing::TestWithParam<const char*> {};

/// Keras rounds every sum to f32 as it goes. A sum of K products of random sign is off by about
/// sqrt(K) * 2^-24 of its size, K <= 1000 here, through at most 10 layers: below 1e-5.
constexpr double tolerance = 1e-5;

TEST_P(KerasFixture, OutputsAgree) {
  const std::string name = GetParam();
  const Graph graph = read_keras(source_of(name));
  const H5File golden = H5File::open(fixture(name + "_golden.h5"), ErrorKind::data);
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    inputs.push_back(golden.read("/input_" + std::to_string(i), DType::f32));
  }
  EXPECT_FALSE(golden.exists("/input_" + std::to_string(inputs.size())));
  const std::vector<Tensor> outputs = testing::run_reference(graph, inputs);
  EXPECT_FALSE(golden.exists("/output_" + std::to_string(outputs.size())));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor expected = golden.read("/output_" + std::to_string(i), DType::f32);
    ASSERT_EQ(outputs[i].shape(), expected.shape()) << "output " << i;
    const testing::Difference found = testing::difference(outputs[i], expected);
    EXPECT_GT(found.scale, 0.0) << "output " << i << " is all zero and shows nothing";
    EXPECT_LE(found.largest, tolerance * found.scale) << "output " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, KerasFixture,
    ::testing::Values("activation_layers", "activation_objects", "activations", "batch_norm",
                      "channels_first_2d", "channels_first_3d", "compiled_sequential", "conv1d",
                      "conv2d", "conv2d_groups", "conv3d", "dense_ranks", "discriminator3d",
                      "dtype_policy", "generator3d", "global_pooling", "merges", "nested_frozen",
                      "nested_model_outputs", "nested_same_names", "nested_sequential",
                      "nested_shared", "old_dialect", "pooling", "random_stack_0", "random_stack_1",
                      "random_stack_2", "random_stack_3", "random_stack_4", "random_stack_5",
                      "relu_options", "renamed_layers", "resize_and_pad",
                      "sequential_in_sequential", "shapes"),
    [](const auto& name) { return std::string(name.param); });

/// No fixture is forgotten in the list above.
TEST(KerasFixtures, EveryCaseRuns) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixture(""))) {
    cases += entry.path().string().ends_with("_golden.h5") ? 1U : 0U;
  }
  EXPECT_EQ(cases, 35U);
}

}  // namespace
}  // namespace caloquant
