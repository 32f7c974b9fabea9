// Divisions by constants of any size against those of the processor (IEEE 754).

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "graph/exec/engine.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::OnnxBuilder;
using testing::TempDir;

constexpr std::int64_t rows = 16;
constexpr std::int64_t columns = 8;

class Division : public testing::PropertyTest {
 protected:
  /// Any finite f32 but 0, each exponent as likely as another, denormal ones too.
  float any_number() {
    for (;;) {
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
      if (std::isfinite(value) && value != 0.0F) {
        return value;
      }
    }
  }
};

std::vector<float> computed(const OnnxBuilder& builder, const std::vector<float>& x) {
  const TempDir folder;
  const Graph graph = canonicalize(read_onnx(builder.save(folder / "model.onnx")));
  const auto engine = compile_engine(graph, rows);
  std::vector<float> y(x.size());
  const std::span<const float> from = x;
  const std::span<float> into = y;
  engine->run({&from, 1}, {&into, 1});
  return y;
}

/// reciprocals_of() promises 1.5 ulp and half of the smallest number; an ulp of the quotient is at
/// most 2^-23 of it.
void expect_quotient(float found, float x, float divisor) {
  const float exact = x / divisor;
  if (std::isfinite(exact)) {
    constexpr double smallest = 0x1p-149;
    EXPECT_LE(std::fabs(static_cast<double>(found) - static_cast<double>(exact)),
              2.0 * 0x1p-23 * std::fabs(static_cast<double>(exact)) + smallest)
        << x << " / " << divisor << " is " << exact << ", not " << found;
  }
}

TEST_F(Division, IsFiniteWhereTheProcessorsIs) {
  for (int repetition = 0; repetition < 40; ++repetition) {
    std::vector<float> divisors(static_cast<std::size_t>(columns));
    std::generate(divisors.begin(), divisors.end(), [&] { return any_number(); });
    divisors[0] = 1e-39F;
    divisors[1] = std::numeric_limits<float>::denorm_min();
    divisors[2] = -std::numeric_limits<float>::max();
    if (repetition % 2 == 0) {  // one divisor for all
      std::fill(divisors.begin(), divisors.end(),
                divisors[static_cast<std::size_t>(repetition) / 2 % 8]);
    }
    std::vector<float> x(static_cast<std::size_t>(rows * columns));
    for (std::size_t i = 0; i < x.size(); ++i) {
      // Quotients of any size, also those that just fit.
      const double wanted = static_cast<double>(any_number());
      const double value = wanted * static_cast<double>(divisors[i % divisors.size()]);
      x[i] = std::fabs(value) < 3e38 ? static_cast<float>(value) : any_number();
    }
    OnnxBuilder builder;
    builder.input("x", {-1, columns}).output("y");
    builder.weights("k", {columns}, divisors).node("Div", {"x", "k"}, "y");
    const std::vector<float> y = computed(builder, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      expect_quotient(y[i], x[i], divisors[i % divisors.size()]);
    }
  }
}

// The quotient must not be folded into the layer in front of it where that overflows.
TEST_F(Division, BehindALayerToo) {
  for (const float divisor : {1e-39F, 3e38F, 0x1p-149F, 0x1p-70F, 0x1p70F, 0.25F}) {
    OnnxBuilder builder;
    builder.input("x", {-1, columns}).output("y");
    std::vector<float> identity(static_cast<std::size_t>(columns * columns), 0.0F);
    for (std::size_t i = 0; i < static_cast<std::size_t>(columns); ++i) {
      identity[i * static_cast<std::size_t>(columns + 1)] = 1024.0F;
    }
    builder.weights("w", {columns, columns}, identity).node("MatMul", {"x", "w"}, "h", "layer");
    builder.weights("k", {1}, {divisor}).node("Div", {"h", "k"}, "y", "quotient");
    std::vector<float> x(static_cast<std::size_t>(rows * columns));
    for (float& value : x) {
      const float size = std::min(1e30F, std::max(1e-37F, divisor * 1e20F));
      value = testing::uniform(random, -size, size) / 1024.0F;
    }
    const std::vector<float> y = computed(builder, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      expect_quotient(y[i], 1024.0F * x[i], divisor);
    }
  }
}

}  // namespace
}  // namespace caloquant
