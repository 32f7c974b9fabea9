// Models of real TensorFlow (tools/dev/make_tensorflow_fixtures.py) in all their forms, and what
// happens to damaged ones.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <iterator>

#include "graph/exec/executor.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TempDir;

fs::path fixtures() {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/tensorflow";
}

/// f32 sums of fewer than a hundred terms a layer, in another order than TensorFlow's.
void expect_golden(const Graph& graph, const std::string& name) {
  const fs::path golden = fixtures() / name / "golden.h5";
  const Tensor x = testing::read_rows(golden, "/x", 3);
  const Tensor y = testing::read_rows(golden, "/y", 3);
  const Graph canonical = canonicalize(graph);
  const std::vector<Tensor> outputs[] = {
      testing::run_on(graph, *compile_reference(graph, 3), {x}),
      testing::run_on(canonical, *compile_engine(canonical, 3), {x})};
  for (const std::vector<Tensor>& found : outputs) {
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].shape(), y.shape());
    const testing::Difference difference = testing::difference(found[0], y);
    EXPECT_LE(difference.largest, 1e-5 * difference.scale);
  }
}

class TensorFlowModels : public ::testing::TestWithParam<const char*> {};

TEST_P(TensorFlowModels, SavedModel) {
  const fs::path folder = fixtures() / GetParam() / "saved_model";
  ASSERT_TRUE(is_saved_model(folder));
  expect_golden(read_saved_model(folder), GetParam());
}

TEST_P(TensorFlowModels, FrozenGraph) {
  const fs::path file = fixtures() / GetParam() / "frozen.pb";
  ASSERT_TRUE(looks_like_graph_def(file));
  expect_golden(read_graph_def(file), GetParam());
}

TEST_P(TensorFlowModels, ArchiveOfKeras2) {
  expect_golden(read_keras({{}, fixtures() / GetParam() / "keras2.keras", {}}), GetParam());
}

TEST_P(TensorFlowModels, ArchiveOfKeras3) {
  expect_golden(read_keras({{}, fixtures() / GetParam() / "keras3.keras", {}}), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, TensorFlowModels, ::testing::Values("generator", "classifier"));

TEST(TensorFlowReader, Bounds) {
  expect_golden(read_saved_model(fixtures() / "bounds/saved_model"), "bounds");
  expect_golden(read_graph_def(fixtures() / "bounds/frozen.pb"), "bounds");
}

TEST(TensorFlowReader, SavedModelOfKeras3) {
  expect_golden(read_saved_model(fixtures() / "generator/saved_model_keras3"), "generator");
}

/// The layers are called as Keras called them, and no layout change is left between them.
TEST(TensorFlowReader, LayersKeepTheirNames) {
  const Graph graph = canonicalize(read_saved_model(fixtures() / "generator/saved_model"));
  const Graph keras = canonicalize(read_keras({{}, fixtures() / "generator/keras2.keras", {}}));
  for (const char* layer : {"dense_1", "conv3d_1", "conv3d_2", "conv3d_3"}) {
    EXPECT_NE(graph.find(layer), nullptr) << layer;
  }
  const auto count = [](const Graph& counted) {
    return std::ranges::count_if(counted.nodes(), [](const Node& node) {
      return std::holds_alternative<Transpose>(node.op) ||
             std::holds_alternative<UpsampleNearest>(node.op);
    });
  };
  EXPECT_EQ(count(graph), count(keras));
}

/// A copy of the generator's SavedModel with one file changed.
class DamagedSavedModel : public testing::PropertyTest {
 protected:
  DamagedSavedModel() {
    fs::copy(fixtures() / "generator/saved_model", folder / "m", fs::copy_options::recursive);
  }
  [[nodiscard]] std::string content(const char* name) const {
    std::ifstream stream(folder / "m" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void replace(const char* name, const std::string& bytes) const {
    std::ofstream(folder / "m" / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  [[nodiscard]] std::string refusal() const {
    return message_of([&] { (void)read_saved_model(folder / "m"); });
  }
  TempDir folder;
};

constexpr const char* index_file = "variables/variables.index";
constexpr const char* data_file = "variables/variables.data-00000-of-00001";

TEST_F(DamagedSavedModel, IsNamedWithItsPlace) {
  const std::string data = content(data_file);
  std::string changed = data;
  changed[10] = static_cast<char>(changed[10] ^ 1);
  replace(data_file, changed);
  EXPECT_THAT(refusal(), HasSubstr("does not match its checksum"));
  replace(data_file, data.substr(0, data.size() / 2));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("variables.data-00000-of-00001"), HasSubstr("bytes")));
  replace(data_file, data);
  EXPECT_EQ(refusal(), "");
  fs::remove(folder / "m" / index_file);
  EXPECT_THAT(refusal(), HasSubstr("reads a variable, but there is no checkpoint"));
}

/// Any changed byte of the index breaks a checksum or the footer; any truncation is noticed.
TEST_F(DamagedSavedModel, IndexIsChecked) {
  const std::string index = content(index_file);
  const std::size_t footer = index.size() - 48;
  std::size_t refused = 0;
  for (int round = 0; round < 200; ++round) {
    std::string changed = index;
    const auto at =
        static_cast<std::size_t>(testing::uniform_int(random, 0, static_cast<int>(footer) - 1));
    changed[at] = static_cast<char>(changed[at] ^ (1 << testing::uniform_int(random, 0, 7)));
    replace(index_file, changed);
    const std::string message = refusal();
    // What is stored behind the last block (the meta index) is not looked at.
    if (!message.empty()) {
      ++refused;
      EXPECT_THAT(message, HasSubstr("variables.index")) << at;
    }
    replace(index_file, index.substr(0, at));
    EXPECT_THAT(refusal(), HasSubstr("variables.index")) << at;
  }
  EXPECT_GT(refused, 100U);  // the meta index is less than a tenth of the file
}

/// Random damage to the graph is refused or harmless, and never more than that.
TEST_F(DamagedSavedModel, GraphIsReadOrRefused) {
  const std::string graph = content("saved_model.pb");
  std::size_t refused = 0;
  for (int round = 0; round < 100; ++round) {
    std::string changed = graph;
    for (int byte = testing::uniform_int(random, 1, 8); byte > 0; --byte) {
      changed[static_cast<std::size_t>(
          testing::uniform_int(random, 0, static_cast<int>(graph.size()) - 1))] =
          static_cast<char>(testing::uniform_int(random, 0, 255));
    }
    replace("saved_model.pb",
            round % 4 == 0 ? graph.substr(0, graph.size() / 100 * static_cast<std::size_t>(round))
                           : changed);
    refused += refusal().empty() ? 0U : 1U;
  }
  EXPECT_GT(refused, 0U);
}

TEST(TensorFlowReader, NamesWhatItCannotRead) {
  EXPECT_FALSE(is_saved_model("no/such/folder"));
  EXPECT_THAT(message_of([] { (void)read_saved_model("no/such/folder"); }),
              HasSubstr("there is no such file"));
  const TempDir folder;
  std::ofstream(folder / "a.keras", std::ios::binary) << "PK\x03\x04 and nothing else";
  EXPECT_THAT(message_of([&] {
                (void)read_keras({{}, folder / "a.keras", {}});
              }),
              AllOf(HasSubstr("a.keras"), HasSubstr("cannot be opened as a ZIP archive")));
}

}  // namespace
}  // namespace caloquant
