// tests/fixtures/onnx (made by tools/dev/make_onnx_fixtures.py with ONNX Runtime): the interpreter
// on all of them, the imported graph on those of networks/.

#include <gtest/gtest.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>

#include "graph/exec/executor.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/io/onnx/test_folder.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders(const std::string& group) {
  return onnx::test_folders(fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/onnx" / group);
}

std::string case_name(const ::testing::TestParamInfo<fs::path>& info) {
  return info.param.filename().string();
}

class OnnxFixture : public ::testing::TestWithParam<fs::path> {};

/// Sums of ONNX Runtime are f32 in another order: some ulps of the largest term. Integers are equal
/// bit by bit.
TEST_P(OnnxFixture, InterpreterAgreesWithOnnxRuntime) {
  const onnx::FolderResult result = onnx::run_test_folder(GetParam(), {2e-5, 2e-6});
  EXPECT_TRUE(result.passed) << result.message;
}

INSTANTIATE_TEST_SUITE_P(Operators, OnnxFixture, ::testing::ValuesIn(folders("ops")), case_name);
INSTANTIATE_TEST_SUITE_P(Networks, OnnxFixture, ::testing::ValuesIn(folders("networks")),
                         case_name);

class OnnxNetwork : public ::testing::TestWithParam<fs::path> {};

std::vector<onnx::Array> arrays(const fs::path& folder, const std::string& prefix,
                                std::size_t count) {
  std::vector<onnx::Array> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(
        onnx::read_array(folder / "test_data_set_0" / (prefix + std::to_string(i) + ".pb")));
  }
  return result;
}

void expect_golden(Executable& executable, const std::vector<onnx::Array>& inputs,
                   const onnx::Array& golden) {
  std::vector<std::span<const float>> from;
  for (const onnx::Array& input : inputs) {
    from.push_back(input.data<float>());
  }
  std::vector<float> found(static_cast<std::size_t>(golden.size()));
  const std::span<float> to = found;
  executable.run(from, {&to, 1});
  const auto expected = golden.data<float>();
  float largest = 0.0F;
  for (const float value : expected) {
    largest = std::max(largest, std::fabs(value));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    // f32 through a few layers: some ulps of the largest number.
    ASSERT_NEAR(found[i], expected[i], 2e-5F * largest + 2e-6F) << "element " << i;
  }
}

TEST_P(OnnxNetwork, ImportedGraphAgreesWithOnnxRuntime) {
  const Graph graph = read_onnx(GetParam() / "model.onnx");
  ASSERT_EQ(graph.outputs().size(), 1U);
  const auto inputs = arrays(GetParam(), "input_", graph.inputs().size());
  const onnx::Array golden = arrays(GetParam(), "output_", 1).front();
  const std::int64_t batch = inputs.front().dims().front();
  Shape expected = golden.dims();
  expected.front() = dynamic;
  EXPECT_EQ(graph.value(graph.outputs()[0].value).shape, expected);
  expect_golden(*compile_reference(graph, batch), inputs, golden);
  expect_golden(*compile_engine(canonicalize(graph), batch), inputs, golden);
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxNetwork, ::testing::ValuesIn(folders("networks")),
                         case_name);

/// Nothing is computed where values are bounded: each is equal to ONNX Runtime's, however small it
/// is beside the bounds.
TEST(OnnxBounds, AreExact) {
  std::size_t cases = 0;
  for (const fs::path& folder : folders("networks")) {
    const std::string name = folder.filename().string();
    const bool pools = name.find("pool") != std::string::npos;
    if (pools || !(name.starts_with("clip_") || name.starts_with("max_") ||
                   name.starts_with("min_") || name.starts_with("thresholded_"))) {
      continue;
    }
    ++cases;
    SCOPED_TRACE(name);
    const Graph graph = read_onnx(folder / "model.onnx");
    const onnx::Array x = arrays(folder, "input_", 1).front();
    const onnx::Array golden = arrays(folder, "output_", 1).front();
    const Graph canonical = canonicalize(graph);
    for (const auto& executable :
         {compile_reference(graph, x.dims()[0]), compile_engine(canonical, x.dims()[0])}) {
      std::vector<float> found(static_cast<std::size_t>(golden.size()));
      const std::span<const float> from = x.data<float>();
      const std::span<float> to = found;
      executable->run({&from, 1}, {&to, 1});
      EXPECT_TRUE(std::ranges::equal(found, golden.data<float>()));
    }
  }
  EXPECT_EQ(cases, 29U);
}

}  // namespace
}  // namespace caloquant
