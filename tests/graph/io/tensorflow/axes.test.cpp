// Small GraphDefs of real TensorFlow in which all extents are equal, the batch too
// (tools/dev/make_tensorflow_fixtures.py): an axis that is taken for another changes numbers, never
// shapes.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <fstream>

#include "graph/exec/executor.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

H5File golden() {
  return H5File::open(
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/tensorflow/axes.h5",
      ErrorKind::data);
}

class TensorFlowAxes : public ::testing::TestWithParam<std::string> {
 protected:
  TensorFlowAxes() {
    const std::string bytes = file.read_text("/" + GetParam() + "/graph");
    std::ofstream(path, std::ios::binary) << bytes;
  }
  H5File file = golden();
  testing::TempDir folder;
  std::filesystem::path path = folder / "graph.pb";
};

/// f32 sums of fewer than a hundred terms a layer, in another order than TensorFlow's.
TEST_P(TensorFlowAxes, AreThoseOfTensorFlow) {
  if (GetParam().rfind("refused", 0) == 0) {
    EXPECT_THAT(message_of([&] { (void)read_graph_def(path); }), HasSubstr("graph.pb: node '"));
    return;
  }
  const Graph graph = read_graph_def(path);
  const Tensor x = file.read("/" + GetParam() + "/x", DType::f32);
  const Tensor y = file.read("/" + GetParam() + "/y", DType::f32);
  const std::int64_t rows = x.shape().front();
  const Graph canonical = canonicalize(graph);
  for (const Tensor& found :
       {testing::run_on(graph, *compile_reference(graph, rows), {x})[0],
        testing::run_on(canonical, *compile_engine(canonical, rows), {x})[0]}) {
    ASSERT_EQ(found.shape(), y.shape());
    const testing::Difference difference = testing::difference(found, y);
    EXPECT_LE(difference.largest, 1e-5 * difference.scale);
  }
}

std::string case_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', 'm');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, TensorFlowAxes, ::testing::ValuesIn(golden().children("/")),
                         case_name);

}  // namespace
}  // namespace caloquant
