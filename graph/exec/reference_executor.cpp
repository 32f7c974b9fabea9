#include <algorithm>
#include <caloquant/error.hpp>
#include <optional>

#include "graph/exec/executor.hpp"
#include "graph/exec/reference_node.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant {
namespace {

Tensor quantized(const Tensor& src, const QuantParams& params) {
  Tensor dst(params.dtype, src.shape());
  switch (params.dtype) {
    case DType::u8:
      quantize<std::uint8_t>(src.data<float>(), dst.data<std::uint8_t>(), params);
      break;
    case DType::s8:
      quantize<std::int8_t>(src.data<float>(), dst.data<std::int8_t>(), params);
      break;
    case DType::s16:
      quantize<std::int16_t>(src.data<float>(), dst.data<std::int16_t>(), params);
      break;
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
    case DType::bf16:
      CALOQUANT_EXPECT(false && "not an integer code");
  }
  return dst;
}

/// dst = sum * src.scale * weight_scale[oc] + bias[oc], in double.
Tensor scaled(const Tensor& sums, const LayerQuant& quant, const Tensor* bias,
              std::size_t channel_axis) {
  Tensor dst(DType::f32, sums.shape());
  const auto from = sums.data<std::int32_t>();
  const auto to = dst.data<float>();
  const auto channels = static_cast<std::size_t>(sums.shape()[channel_axis]);
  const auto block = static_cast<std::size_t>(row_major_strides(sums.shape())[channel_axis]);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t channel = i / block % channels;
    const double offset = bias == nullptr ? 0.0 : static_cast<double>(bias->data<float>()[channel]);
    to[i] = static_cast<float>(static_cast<double>(from[i]) * static_cast<double>(quant.src.scale) *
                                   static_cast<double>(weight_scale_of(quant, channel)) +
                               offset);
  }
  return dst;
}

/// w8 and bf16: products of real numbers.
Tensor run_with_real_weights(const Node& node, std::span<const Tensor* const> inputs) {
  const LayerQuant& quant = *node.quant;
  const Tensor weights = dequantized_weights(*inputs[1], quant);
  const Tensor src = quant.src.dtype == DType::bf16 ? from_bf16(to_bf16(*inputs[0])) : *inputs[0];
  std::vector<const Tensor*> real(inputs.begin(), inputs.end());
  real[0] = &src;
  real[1] = &weights;
  return reference_op(node.op, real);
}

Tensor run_quantized(const Node& node, std::span<const Tensor* const> inputs) {
  const LayerQuant& quant = *node.quant;
  if (!is_integer(quant.src)) {
    return run_with_real_weights(node, inputs);
  }
  const Tensor src = quantized(*inputs[0], quant.src);
  const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    return scaled(exact_conv(*conv, src, quant.src, *inputs[1]), quant, bias, 1);
  }
  CALOQUANT_EXPECT(std::holds_alternative<Dense>(node.op));
  return scaled(exact_dense(src, quant.src, *inputs[1]), quant, bias, src.shape().size() - 1);
}

class ReferenceExecutable final : public Executable {
 public:
  ReferenceExecutable(Graph graph, std::int64_t batch)
      : graph_(std::move(graph)), batch_(batch), last_reader_(graph_.values().size()) {
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      for (const ValueId id : graph_.nodes()[i].inputs) {
        last_reader_[static_cast<std::size_t>(id)] = i;
      }
    }
  }

  [[nodiscard]] std::int64_t batch() const override { return batch_; }

  void run(std::span<const std::span<const float>> inputs,
           std::span<const std::span<float>> outputs) override {
    CALOQUANT_EXPECT(inputs.size() == graph_.inputs().size());
    CALOQUANT_EXPECT(outputs.size() == graph_.outputs().size());
    std::vector<std::optional<Tensor>> computed(graph_.values().size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Shape shape = graph_.value(graph_.inputs()[i]).shape;
      std::replace(shape.begin(), shape.end(), dynamic, batch_);
      computed[static_cast<std::size_t>(graph_.inputs()[i])] = Tensor::of(shape, inputs[i]);
    }
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      run_step(i, computed);
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto values = tensor(graph_.outputs()[i].value, computed).data<float>();
      CALOQUANT_EXPECT(values.size() == outputs[i].size());
      std::copy(values.begin(), values.end(), outputs[i].begin());
    }
  }

  [[nodiscard]] std::vector<StepInfo> steps() const override {
    std::vector<StepInfo> steps;
    for (const Node& node : graph_.nodes()) {
      steps.push_back({node.name, std::string(name_of(node.op)),
                       node.quant ? precision_of(*node.quant) : Precision::fp32, "reference"});
    }
    return steps;
  }

 private:
  using Computed = std::vector<std::optional<Tensor>>;

  [[nodiscard]] const Tensor& tensor(ValueId id, const Computed& computed) const {
    const auto& constant = graph_.value(id).constant;
    return constant ? *constant : *computed[static_cast<std::size_t>(id)];
  }

  void run_step(std::size_t index, Computed& computed) const {
    const Node& node = graph_.nodes()[index];
    std::vector<const Tensor*> inputs;
    for (const ValueId id : node.inputs) {
      inputs.push_back(&tensor(id, computed));
    }
    computed[static_cast<std::size_t>(node.output)] = reference_node(node, inputs);
    for (const ValueId id : node.inputs) {  // free what nobody reads any more
      if (last_reader_[static_cast<std::size_t>(id)] == index && !graph_.is_output(id)) {
        computed[static_cast<std::size_t>(id)].reset();
      }
    }
  }

  Graph graph_;
  std::int64_t batch_;
  std::vector<std::size_t> last_reader_;  ///< by value: the last node that reads it
};

}  // namespace

Tensor reference_node(const Node& node, std::span<const Tensor* const> inputs) {
  if (!node.quant) {
    return reference_op(node.op, inputs);
  }
  try {
    return run_quantized(node, inputs);
  } catch (const ModelError& error) {
    throw ModelError("layer '" + node.name + "'", error.problem(), error.remedy());
  }
}

std::unique_ptr<Executable> compile_reference(const Graph& graph, std::int64_t batch) {
  CALOQUANT_EXPECT(batch > 0);
  verify(graph);
  return std::make_unique<ReferenceExecutable>(graph, batch);
}

}  // namespace caloquant
