// Operators that combine tensors element by element, imported: the result of numpy's rule, told
// once more here, or a refusal that names the node.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <functional>
#include <map>
#include <numeric>

#include "graph/exec/executor.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::OnnxBuilder;
using testing::TempDir;

/// A small array for the expected values.
struct Numbers {
  Shape dims;
  std::vector<double> values;

  /// The element under an index of at least as many axes; extents of 1 repeat.
  [[nodiscard]] double at(const Shape& index) const {
    std::size_t position = 0;
    const std::size_t lead = index.size() - dims.size();
    for (std::size_t i = 0; i < dims.size(); ++i) {
      const std::int64_t here = dims[i] == 1 ? 0 : index[lead + i];
      position = position * static_cast<std::size_t>(dims[i]) + static_cast<std::size_t>(here);
    }
    return values[position];
  }
};

std::int64_t count(const Shape& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

/// f of two arrays under numpy's rule; nothing when they do not fit.
std::optional<Numbers> combined(const Numbers& a, const Numbers& b,
                                const std::function<double(double, double)>& f) {
  Shape dims(std::max(a.dims.size(), b.dims.size()));
  for (std::size_t back = 1; back <= dims.size(); ++back) {
    const std::int64_t x = back <= a.dims.size() ? a.dims[a.dims.size() - back] : 1;
    const std::int64_t y = back <= b.dims.size() ? b.dims[b.dims.size() - back] : 1;
    if (x != y && x != 1 && y != 1) {
      return std::nullopt;
    }
    dims[dims.size() - back] = std::max(x, y);
  }
  Numbers result{dims, {}};
  Shape index(dims.size(), 0);
  for (std::int64_t i = 0; i < count(dims); ++i) {
    std::int64_t rest = i;
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      index[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    result.values.push_back(f(a.at(index), b.at(index)));
  }
  return result;
}

struct Operator {
  const char* name;
  std::function<double(double, double)> f;
};

const std::vector<Operator>& operators() {
  static const std::vector<Operator> all{
      {"Add", [](double x, double y) { return x + y; }},
      {"Sub", [](double x, double y) { return x - y; }},
      {"Mul", [](double x, double y) { return x * y; }},
      {"Div", [](double x, double y) { return x / y; }},
      {"Sum", [](double x, double y) { return x + y; }},
      {"PRelu", [](double x, double slope) { return x < 0.0 ? slope * x : x; }}};
  return all;
}

class OnnxBroadcasting : public testing::PropertyTest {
 protected:
  /// Few extents, so that they agree by chance; `batch` rows are one of them.
  Shape random_shape(int least, int most) {
    Shape shape(static_cast<std::size_t>(testing::uniform_int(random, least, most)));
    for (std::int64_t& extent : shape) {
      extent = testing::uniform_int(random, 0, 2) == 0 ? 1 : 3;
    }
    return shape;
  }
  Numbers numbers(const Shape& dims) {
    Numbers result{dims, {}};
    for (std::int64_t i = 0; i < count(dims); ++i) {
      const float value = testing::uniform(random, 0.5F, 2.0F);
      result.values.push_back(testing::uniform_int(random, 0, 1) == 0 ? -value : value);
    }
    return result;
  }
  static std::vector<float> floats(const Numbers& numbers) {
    return {numbers.values.begin(), numbers.values.end()};
  }
  static Tensor tensor(const Numbers& numbers) {
    const std::vector<float> values = floats(numbers);
    return Tensor::of<float>(numbers.dims, values);
  }

  /// The graph gives `expected` on the inputs, in the reference and in the engine.
  void expect_values(const Graph& graph, const std::vector<Tensor>& inputs, const Numbers& expected,
                     const std::string& what) {
    const std::int64_t rows = inputs.front().shape().front();
    const Graph canonical = canonicalize(graph);
    for (const Tensor& found :
         {testing::run_on(graph, *compile_reference(graph, rows), inputs)[0],
          testing::run_on(canonical, *compile_engine(canonical, rows), inputs)[0]}) {
      ASSERT_EQ(found.shape(), expected.dims) << what;
      for (std::size_t i = 0; i < expected.values.size(); ++i) {
        // Numbers up to 4 through two or three f32 operations, each rounded.
        ASSERT_NEAR(found.data<float>()[i], expected.values[i], 4e-6) << what << ", element " << i;
      }
    }
  }
  TempDir folder;
};

/// x [3, ...] and a constant in either order; the batch is symbolic or fixed to 3, and the constant
/// has extents of 1 and 3.
TEST_F(OnnxBroadcasting, ConstantsBesideTensors) {
  std::map<bool, int> taken;
  for (int round = 0; round < 600; ++round) {
    Shape dims = random_shape(1, 4);
    dims.insert(dims.begin(), 3);
    const bool fixed = testing::uniform_int(random, 0, 1) == 0;
    const Numbers x = numbers(dims);
    const Numbers k = numbers(random_shape(0, 5));
    const Operator& op = operators()[static_cast<std::size_t>(testing::uniform_int(random, 0, 5))];
    const bool slope = std::string(op.name) == "PRelu";
    const bool first =
        slope || std::string(op.name) == "Div" || testing::uniform_int(random, 0, 1) == 0;
    Shape declared = dims;
    declared.front() = fixed ? 3 : -1;
    OnnxBuilder builder;
    builder.input("x", declared).output("y").weights("k", k.dims, floats(k));
    builder.node(op.name,
                 first ? std::vector<std::string>{"x", "k"} : std::vector<std::string>{"k", "x"},
                 "y", "both");
    const std::filesystem::path file = builder.save(folder / "model.onnx");
    const std::string what = std::string(op.name) + " " + to_string(dims) + (first ? " " : " of ") +
                             to_string(k.dims) + (fixed ? " fixed" : "");
    // Numbers of their own for each event are not for an open batch.
    const std::size_t lead = dims.size() - std::min(dims.size(), k.dims.size());
    const bool of_events = lead == 0 && k.dims.size() == dims.size() && k.dims.front() != 1;
    const auto expected = first ? combined(x, k, op.f) : combined(k, x, op.f);
    const bool fits = expected && expected->dims == dims && !of_events;
    const std::string message = message_of([&] { (void)read_onnx(file); });
    ++taken[fits];
    ASSERT_EQ(message.empty(), fits) << what << ": " << message;
    if (fits) {
      expect_values(read_onnx(file), {tensor(x)}, *expected, what);
    } else {
      EXPECT_THAT(message, AllOf(HasSubstr("node 'both' (" + std::string(op.name)),
                                 HasSubstr("combines [N, "), HasSubstr(to_string(k.dims))))
          << what;
    }
    if (HasFatalFailure()) {
      return;
    }
  }
  EXPECT_GT(taken[true], 100);
  EXPECT_GT(taken[false], 100);
}

/// Two computed tensors: the batch is the first axis of the result or the file is refused.
TEST_F(OnnxBroadcasting, ComputedTensors) {
  std::map<bool, int> taken;
  for (int round = 0; round < 300; ++round) {
    Shape first = random_shape(1, 4);
    Shape second = testing::uniform_int(random, 0, 2) == 0 ? random_shape(1, 4) : first;
    for (std::int64_t& extent : second) {
      extent = testing::uniform_int(random, 0, 3) == 0 ? 1 : extent;
    }
    first.insert(first.begin(), -1);
    second.insert(second.begin(), -1);
    OnnxBuilder builder;
    builder.input("a", first).input("b", second).output("y");
    builder.node("Add", {"a", "b"}, "y", "both");
    const std::filesystem::path file = builder.save(folder / "model.onnx");
    first.front() = 3;
    second.front() = 3;
    const Numbers a = numbers(first);
    const Numbers b = numbers(second);
    const auto expected = combined(a, b, operators()[0].f);
    const bool fits = expected && first.size() == second.size();
    const std::string what = to_string(first) + " " + to_string(second);
    const std::string message = message_of([&] { (void)read_onnx(file); });
    ++taken[fits];
    ASSERT_EQ(message.empty(), fits) << what << ": " << message;
    if (fits) {
      expect_values(read_onnx(file), {tensor(a), tensor(b)}, *expected, what);
    } else {
      EXPECT_THAT(message, AllOf(HasSubstr("node 'both' (Add"), HasSubstr("combines [N, ")));
    }
    if (HasFatalFailure()) {
      return;
    }
  }
  EXPECT_GT(taken[true], 50);
  EXPECT_GT(taken[false], 20);
}

/// A bias that is not over the outputs, or has more axes than the product, is none.
TEST_F(OnnxBroadcasting, GemmTakesWhatLeavesItsResult) {
  const auto message = [&](const Shape& dims) {
    OnnxBuilder builder;
    builder.input("x", {-1, 3}).output("y").weights("w", {3, 3}, std::vector<float>(9, 1.0F));
    builder.weights("c", dims, std::vector<float>(static_cast<std::size_t>(count(dims)), 1.0F));
    builder.node("Gemm", {"x", "w", "c"}, "y", "layer");
    return message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); });
  };
  for (const Shape& dims : {Shape{}, Shape{1}, Shape{3}, Shape{1, 1}, Shape{1, 3}}) {
    EXPECT_EQ(message(dims), "") << to_string(dims);
  }
  for (const Shape& dims : {Shape{3, 1}, Shape{3, 3}, Shape{1, 1, 3}, Shape{1, 1, 1}, Shape{2}}) {
    EXPECT_THAT(message(dims),
                AllOf(HasSubstr("node 'layer'"), HasSubstr("one number per output")));
  }
}

/// An extent that happens to be the batch of a trial evaluation is not the batch.
TEST_F(OnnxBroadcasting, ExpandKeepsTheBatchOpen) {
  const auto message = [&](const std::vector<std::int64_t>& extents) {
    OnnxBuilder builder;
    builder.input("x", {-1, 1, 3}).output("y").list("e", extents);
    builder.node("Expand", {"x", "e"}, "y", "wide");
    return message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); });
  };
  EXPECT_EQ(message({1, 4, 3}), "");
  EXPECT_EQ(message({4, 1}), "");
  for (std::int64_t batch = 2; batch < 20; ++batch) {
    EXPECT_THAT(message({batch, 4, 3}), HasSubstr("node 'wide' (Expand")) << batch;
  }
  EXPECT_THAT(message({1, 1, 4, 3}), HasSubstr("adds axes in front of the batch"));
}

/// The product is read twice under two names: adding to one must leave the other alone.
TEST_F(OnnxBroadcasting, BiasOfATensorWithTwoNames) {
  OnnxBuilder builder;
  builder.input("x", {-1, 2}).output("y").output("d");
  builder.weights("w", {2, 2}, {1.0F, 0.0F, 0.0F, 1.0F}).weights("k", {2}, {10.0F, 20.0F});
  builder.list("same", {-1, 2});
  builder.node("MatMul", {"x", "w"}, "d", "product");
  builder.node("Reshape", {"d", "same"}, "r", "as_it_is");
  builder.node("Add", {"r", "k"}, "y", "sum");
  const Graph graph = read_onnx(builder.save(folder / "model.onnx"));
  const Tensor x = Tensor::of<float>({1, 2}, std::vector<float>{1.0F, 2.0F});
  const auto found = testing::run_on(graph, *compile_reference(graph, 1), {x});
  EXPECT_EQ(found[0].data<float>()[1], 22.0F);
  EXPECT_EQ(found[1].data<float>()[1], 2.0F);
}

}  // namespace
}  // namespace caloquant
