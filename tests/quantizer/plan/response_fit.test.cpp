#include "quantizer/plan/response_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "graph/ir/editor.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t channels = 3;
constexpr std::array<std::size_t, 3> extents{4, 5, 6};

double primary_of(std::int64_t event) {
  return 100.0 + 400.0 * static_cast<double>((event * 37) % 101) / 101.0;
}

/// Two convolutions of kernel 1 with a ReLU behind each. The input of an event grows with its
/// energy, and its places differ.
struct ResponseFitTest : testing::PropertyTest {
  Tensor whole_weights(const Shape& shape) {
    Tensor tensor(DType::s8, shape);
    for (std::int8_t& value : tensor.data<std::int8_t>()) {
      value = static_cast<std::int8_t>(testing::uniform_int(random, 20, 100));
    }
    return tensor;
  }
  static Tensor meant(const Tensor& weights) {
    return dequantized_weights(weights, {{}, {weight_scale}});
  }

  static constexpr float weight_scale = 1.0F / 128.0F;
  Tensor weights1 = whole_weights({channels, 2, 1, 1, 1});
  Tensor weights2 = whole_weights({1, channels, 1, 1, 1});
  Graph fp32 = [&] {
    GraphEditor editor("generator");
    ValueId x = editor.add_input("x", {dynamic, 2, 4, 5, 6});
    const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
    x = editor.add_node("conv1", op, {x, editor.add_constant("w1", meant(weights1))});
    x = editor.add_node("relu1", Eltwise{EltwiseKind::relu, 0.0F}, {x});
    x = editor.add_node("conv2", op, {x, editor.add_constant("w2", meant(weights2))});
    x = editor.add_node("relu2", Eltwise{EltwiseKind::relu, 0.0F}, {x});
    editor.add_output("y", x);
    return editor.finish();
  }();

  static void fill(std::int64_t first, std::int64_t count,
                   std::span<const std::span<float>> inputs) {
    const std::size_t cells = 2 * cell_count(extents);
    for (std::int64_t event = 0; event < count; ++event) {
      std::mt19937_64 of_event(static_cast<std::uint64_t>(first + event));
      const float energy = static_cast<float>(primary_of(first + event)) / 100.0F;
      for (float& value : inputs[0].subspan(static_cast<std::size_t>(event) * cells, cells)) {
        value = testing::uniform(of_event, -0.2F, 0.5F) * energy;
      }
    }
  }

  static ResponseFitOptions options(EventRange events = {0, 64}, std::int64_t batch = 8) {
    ResponseFitOptions options;
    options.events = events;
    options.batch = batch;
    options.extents = extents;
    options.hit_threshold = 0.2;
    for (std::int64_t event = events.first; event < events.last; ++event) {
      options.primaries.push_back(primary_of(event));
    }
    return options;
  }

  static ResponseFit fit_response(const Graph& fp32, QuantPlan plan, const InputFiller& fill,
                                  const ResponseFitOptions& options) {
    return ResponseFitter(fp32, fill, options).fit(std::move(plan));
  }

  /// Computes what fp32 does, but for the rounding of activations.
  [[nodiscard]] QuantPlan exact_plan(const QuantParams& src) const {
    QuantPlan plan;
    for (const char* layer : {"conv1", "conv2"}) {
      LayerPlan& own = plan.layers[layer];
      own.weights =
          std::make_shared<const Tensor>(std::string(layer) == "conv1" ? weights1 : weights2);
      own.quant = {src, {weight_scale}};
    }
    return plan;
  }
  static QuantParams sixteen_bits() { return {DType::s16, 4.0F / 32767.0F, 0, 32767}; }
  static QuantParams eight_bits() { return {DType::s8, 4.0F / 127.0F, 0}; }

  /// The sums of the last layer too large by a factor, and too small by a constant.
  [[nodiscard]] QuantPlan damaged(QuantPlan plan) const {
    LayerPlan& last = plan.layers.at("conv2");
    last.quant.weight_scales = {weight_scale * 1.04F};
    Tensor bias(DType::f32, {1});
    bias.data<float>()[0] = -0.03F;
    last.bias = std::make_shared<const Tensor>(std::move(bias));
    return plan;
  }

  static double worst(const ResponseFit& fit, double FittedDeviation::*value) {
    double worst = 0.0;
    for (const FittedDeviation& deviation : fit.deviations) {
      worst = std::max(worst, std::fabs(deviation.*value));
    }
    return worst;
  }
};

TEST_F(ResponseFitTest, TakesAKnownDamageBack) {
  const QuantPlan plan = damaged(exact_plan(sixteen_bits()));
  const ResponseFit fit = fit_response(fp32, plan, fill, options());
  EXPECT_EQ(fit.unchanged, "");
  EXPECT_EQ(fit.events, 64U);
  EXPECT_GT(worst(fit, &FittedDeviation::before), 0.01);
  EXPECT_LT(worst(fit, &FittedDeviation::after), 0.002);
  EXPECT_LT(fit.after, 1e-2 * fit.before);
  EXPECT_THAT(fit.layers, ::testing::SizeIs(2));
  // Events that were not fitted say the same: `before` is of the plan that is given.
  const ResponseFit other = fit_response(fp32, fit.plan, fill, options({1000, 1064}));
  EXPECT_LT(worst(other, &FittedDeviation::before), 0.003);
  for (const auto& [name, layer] : fit.plan.layers) {
    EXPECT_EQ(layer.weights, plan.layers.at(name).weights) << "integers of weights stay";
    EXPECT_EQ(layer.quant.src, plan.layers.at(name).quant.src);
  }
}

TEST_F(ResponseFitTest, NamesWhatItCompares) {
  const ResponseFit fit = fit_response(fp32, damaged(exact_plan(sixteen_bits())), fill, options());
  std::vector<std::string> names;
  for (const FittedDeviation& deviation : fit.deviations) {
    names.push_back(deviation.name);
    EXPECT_EQ(deviation.standard_error.has_value(), deviation.name.starts_with("energy"));
  }
  ASSERT_EQ(names.size(), 5U + 3U + 1U);  // five bins of equal counts
  EXPECT_THAT(names[0], ::testing::StartsWith("energy response at 100"));
  EXPECT_THAT(std::vector(names.begin() + 5, names.end()),
              ::testing::ElementsAre("x profile", "y profile", "z profile", "hits"));
}

// Where sums are 32-bit integers, so are the biases.
TEST_F(ResponseFitTest, BiasesOfIntegerLayersAreWhole) {
  for (const QuantParams& src : {eight_bits(), sixteen_bits()}) {
    const ResponseFit fit = fit_response(fp32, damaged(exact_plan(src)), fill, options());
    ASSERT_EQ(fit.unchanged, "");
    for (const auto& [name, layer] : fit.plan.layers) {
      for (std::size_t channel = 0; channel < layer.bias->data<float>().size(); ++channel) {
        const double step = static_cast<double>(step_of_sums(layer.quant, channel));
        const double steps = static_cast<double>(layer.bias->data<float>()[channel]) / step;
        EXPECT_NEAR(steps, std::nearbyint(steps), 1e-6 * std::max(1.0, std::fabs(steps))) << name;
        EXPECT_LE(std::fabs(steps), double{largest_bias_steps});
      }
    }
  }
}

TEST_F(ResponseFitTest, DependsNeitherOnBatchNorThreads) {
  const QuantPlan plan = damaged(exact_plan(eight_bits()));
  const auto fitted = [&](std::int64_t batch, int threads) {
    const ThreadCount count(threads);
    return fit_response(fp32, plan, fill, options({0, 50}, batch));
  };
  const ResponseFit one = fitted(8, 1);
  const ResponseFit other = fitted(3, 3);
  EXPECT_EQ(one.after, other.after);
  for (const auto& [name, layer] : one.plan.layers) {
    const LayerPlan& same = other.plan.layers.at(name);
    EXPECT_EQ(layer.quant, same.quant);
    EXPECT_THAT(same.bias->data<float>(), ::testing::ElementsAreArray(layer.bias->data<float>()));
  }
}

TEST_F(ResponseFitTest, LeavesAPlanThatIsRight) {
  const QuantPlan plan = exact_plan({DType::f32, 1.0F, 0});
  const ResponseFit fit = fit_response(fp32, plan, fill, options());
  EXPECT_THAT(fit.unchanged, ::testing::HasSubstr("nearer to fp32"));
  EXPECT_EQ(fit.before, 0.0);
  EXPECT_EQ(fit.plan.layers.at("conv2").bias, nullptr);
  EXPECT_EQ(fit.plan.layers.at("conv2").quant, plan.layers.at("conv2").quant);
}

TEST_F(ResponseFitTest, SaysWhyThereIsNothingToFit) {
  const ResponseFit empty = fit_response(fp32, {}, fill, options());
  EXPECT_EQ(empty.unchanged, "no convolution is quantized");
  EXPECT_TRUE(empty.plan.layers.empty());
  const ResponseFit few =
      fit_response(fp32, damaged(exact_plan(sixteen_bits())), fill, options({0, 7}));
  EXPECT_THAT(few.unchanged, ::testing::HasSubstr("fewer than 8 events"));
}

TEST_F(ResponseFitTest, ChangesOnlyTheLastConvolutions) {
  const QuantPlan plan = damaged(exact_plan(sixteen_bits()));
  ResponseFitOptions last = options();
  last.layers = 1;
  const ResponseFit fit = fit_response(fp32, plan, fill, last);
  ASSERT_THAT(fit.layers, ::testing::SizeIs(1));
  EXPECT_EQ(fit.layers[0].name, "conv2");
  EXPECT_EQ(fit.layers[0].biases, 1U);
  EXPECT_NEAR(fit.layers[0].gain, 1.0 / 1.04, 0.005);
  EXPECT_EQ(fit.plan.layers.at("conv1").bias, nullptr);
  EXPECT_EQ(fit.plan.layers.at("conv1").quant, plan.layers.at("conv1").quant);
}

}  // namespace
}  // namespace caloquant
