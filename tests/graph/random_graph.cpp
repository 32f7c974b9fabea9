#include "tests/graph/random_graph.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

class Builder {
 public:
  explicit Builder(std::mt19937_64& random) : random_(random), editor_("random") {}

  Graph build() {
    const std::int64_t latent = uniform_int(random_, 4, 12);
    const ValueId input = editor_.add_input("latent", {dynamic, latent});
    const Shape space{uniform_int(random_, 2, 4), uniform_int(random_, 2, 4),
                      uniform_int(random_, 2, 4)};
    const std::int64_t channels = uniform_int(random_, 2, 5);
    const std::int64_t units = channels * space[0] * space[1] * space[2];
    ValueId x =
        editor_.add_node("dense", Dense{}, {input, weights({units, latent}), weights({units})});
    x = editor_.add_node("reshape", Reshape{{dynamic, space[0], space[1], space[2], channels}},
                         {x});
    x = editor_.add_node("move", Transpose{{0, 4, 1, 2, 3}}, {x});
    const int layers = uniform_int(random_, 1, 4);
    for (int i = 0; i < layers; ++i) {
      x = block(x, std::to_string(i));
    }
    const std::int64_t rank = 5;
    x = editor_.add_node("back", Transpose{{0, 2, 3, 4, 1}}, {x});
    CALOQUANT_EXPECT(editor_.shape(x).size() == static_cast<std::size_t>(rank));
    editor_.add_output("image", x);
    return editor_.finish();
  }

 private:
  ValueId weights(Shape shape) {
    return editor_.add_constant("w", random_tensor(random_, std::move(shape), -0.5F, 0.5F));
  }

  bool chance(int one_in) { return uniform_int(random_, 1, one_in) == 1; }

  ValueId block(ValueId x, const std::string& tag) {
    if (chance(2)) {
      x = editor_.add_node("up" + tag, UpsampleNearest{factors(x)}, {x});
    }
    if (chance(2)) {
      x = editor_.add_node("pad" + tag, Pad{{0, 0, 1, 2, 0}, {0, 0, 1, 0, 1}}, {x});
    }
    const ValueId skip = x;
    x = conv(x, tag);
    if (chance(2)) {
      x = editor_.add_node("early_bn" + tag, BatchNorm{1e-3}, norm(x));
    }
    x = editor_.add_node("act" + tag, activation(), {x});
    if (chance(2)) {
      x = editor_.add_node("bn" + tag, BatchNorm{1e-3}, norm(x));
    }
    if (chance(4) && editor_.shape(skip) == editor_.shape(x)) {
      x = editor_.add_node("add" + tag, Add{}, {x, skip});
    }
    if (chance(12)) {
      const auto kind = chance(2) ? ExtremumKind::maximum : ExtremumKind::minimum;
      std::vector<ValueId> inputs{x, weights({editor_.shape(x)[1]})};
      if (editor_.shape(skip) == editor_.shape(x)) {
        inputs.insert(inputs.begin() + 1, skip);
      }
      x = editor_.add_node("extremum" + tag, Extremum{kind}, std::move(inputs));
    }
    if (chance(4)) {
      const ValueId other = editor_.add_node("twin" + tag, Eltwise{EltwiseKind::tanh}, {x});
      x = editor_.add_node("concat" + tag, Concat{1}, {x, other});
    }
    if (chance(5)) {
      x = editor_.add_node("identity" + tag, Identity{}, {x});
    }
    return x;
  }

  /// 1 to 3 along each axis, as long as the image stays small.
  Shape factors(ValueId x) {
    const Shape& src = editor_.shape(x);
    std::int64_t cells = src[2] * src[3] * src[4];
    Shape factors;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t factor = uniform_int(random_, 1, 3);
      constexpr std::int64_t most_cells = 1200;
      factors.push_back(cells * factor <= most_cells ? factor : 1);
      cells *= factors.back();
    }
    return factors;
  }

  Eltwise activation() {
    switch (uniform_int(random_, 0, 4)) {
      case 0:
        return {EltwiseKind::relu, 0.0F};
      case 1:
        return {EltwiseKind::leaky_relu, 0.3F};
      case 2:
        return {EltwiseKind::tanh, 0.0F};
      case 3:
        return clip_between(uniform(random_, -1.0F, 0.5F), 1.5F);
      default:
        return {EltwiseKind::softsign, 0.0F};
    }
  }

  ValueId conv(ValueId x, const std::string& tag) {
    const Shape src = editor_.shape(x);
    const std::int64_t out = uniform_int(random_, 1, 9);
    Shape kernel;
    Conv op{{}, {}, {}, {}, 1};
    for (std::size_t axis = 2; axis < 5; ++axis) {
      const std::int64_t extent = std::min<std::int64_t>(src[axis], uniform_int(random_, 1, 4));
      kernel.push_back(extent);
      op.strides.push_back(1);
      op.dilations.push_back(1);
      op.pads_begin.push_back(uniform_int(random_, 0, 1));
      op.pads_end.push_back(uniform_int(random_, 0, 2));
    }
    return editor_.add_node(
        "conv" + tag, op,
        {x, weights({out, src[1], kernel[0], kernel[1], kernel[2]}), weights({out})});
  }

  std::vector<ValueId> norm(ValueId x) {
    const std::int64_t channels = editor_.shape(x)[1];
    return {x, editor_.add_constant("gamma", random_tensor(random_, {channels}, -1.5F, 1.5F)),
            editor_.add_constant("beta", random_tensor(random_, {channels}, -0.5F, 0.5F)),
            editor_.add_constant("mean", random_tensor(random_, {channels}, -0.5F, 0.5F)),
            editor_.add_constant("variance", random_tensor(random_, {channels}, 0.1F, 2.0F))};
  }

  std::mt19937_64& random_;
  GraphEditor editor_;
};

Shape with_batch(Shape shape, std::int64_t batch) {
  shape.front() = batch;
  return shape;
}

}  // namespace

Graph random_generator(std::mt19937_64& random) {
  return Builder(random).build();
}

Tensor random_tensor(std::mt19937_64& random, Shape shape, float low, float high) {
  Tensor tensor(DType::f32, std::move(shape));
  for (float& value : tensor.data<float>()) {
    value = uniform(random, low, high);
  }
  return tensor;
}

std::vector<Tensor> run_on(const Graph& graph, Executable& executable,
                           const std::vector<Tensor>& inputs) {
  std::vector<std::span<const float>> from;
  for (const Tensor& input : inputs) {
    from.push_back(input.data<float>());
  }
  std::vector<Tensor> outputs;
  for (const GraphOutput& output : graph.outputs()) {
    outputs.emplace_back(DType::f32,
                         with_batch(graph.value(output.value).shape, executable.batch()));
  }
  std::vector<std::span<float>> into;
  for (Tensor& output : outputs) {
    into.push_back(output.data<float>());
  }
  executable.run(from, into);
  return outputs;
}

Ran run_random(const Graph& graph, Executable& executable, std::mt19937_64& random) {
  Ran ran;
  for (const ValueId input : graph.inputs()) {
    ran.inputs.push_back(random_tensor(
        random, with_batch(graph.value(input).shape, executable.batch()), -2.0F, 2.0F));
  }
  ran.outputs = run_on(graph, executable, ran.inputs);
  return ran;
}

Graph quantize_everything(const Graph& graph, const std::vector<Tensor>& inputs) {
  GraphEditor tapped(graph);
  std::vector<std::string> layers;
  for (const Node& node : graph.nodes()) {
    if (is_quantizable(node.op)) {
      tapped.add_output(node.name, node.inputs[0]);
      layers.push_back(node.name);
    }
  }
  const Graph observed = tapped.finish();
  const auto executable = compile_reference(observed, inputs.front().shape().front());
  const std::vector<Tensor> values = run_on(observed, *executable, inputs);
  GraphEditor editor(graph);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto cells = values[graph.outputs().size() + i].data<float>();
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
    const Node* node = editor.graph().find(layers[i]);
    QuantizedWeights weights = quantize_weights(*editor.graph().constant(*node, 1), i % 2 == 0);
    // The ends of a range like that of tanh lie on ties of u8, 127.5 steps on either side.
    const bool symmetric = std::fabs(*low + *high) < 0.01F * *high;
    const QuantParams src = i % 4 == 3 ? symmetric_s16(*low, *high, s16_limit(weights.values))
                            : i % 3 == 2 || symmetric ? symmetric_s8(*low, *high)
                                                      : asymmetric_u8(*low, *high);
    editor.set_quant(static_cast<NodeId>(node - editor.graph().nodes().data()),
                     {src, std::move(weights.scales)},
                     std::make_shared<const Tensor>(std::move(weights.values)));
  }
  return editor.finish();
}

}  // namespace caloquant::testing
