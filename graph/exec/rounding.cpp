#include "graph/exec/rounding.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <optional>

#include "ops/core/check.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant {
namespace {

constexpr double unit = 0x1p-24;
constexpr double deviations = 10.0;
/// Squares below the smallest f32 are lost; so that nothing has a variance of 0 by that.
constexpr float smallest_variance = 1e-37F;

using Inputs = std::vector<const RoundedTensor*>;

template <typename Function>
Tensor mapped(const Tensor& src, Function function) {
  Tensor dst(DType::f32, src.shape());
  const auto from = src.data<float>();
  const auto to = dst.data<float>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(function(static_cast<double>(from[i]), i));
  }
  return dst;
}

double square(double x) {
  return x * x;
}

Tensor squares(const Tensor& src) {
  return mapped(src, [](double x, std::size_t) { return square(x); });
}

/// var + factor * x^2
Tensor with_roundings(const RoundedTensor& src, double factor) {
  const auto variances = src.variance.data<float>();
  return mapped(src.value, [&](double x, std::size_t i) {
    return static_cast<double>(variances[i]) + factor * square(x);
  });
}

/// variance * scale + factor * y^2
Tensor finished(const Tensor& variance, double scale, double factor, const Tensor& dst) {
  const auto values = dst.data<float>();
  return mapped(variance, [&](double var, std::size_t i) {
    return var * scale + factor * square(static_cast<double>(values[i]));
  });
}

std::vector<const Tensor*> pointers_to(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> pointers(tensors.size());
  std::ranges::transform(tensors, pointers.begin(), [](const Tensor& tensor) { return &tensor; });
  return pointers;
}

/// Conv and Dense: src, weights, bias or not.
Tensor of_sum(const Op& op, const Inputs& inputs, const Tensor& dst) {
  const Shape& weights = inputs[1]->value.shape();
  const double n = static_cast<double>(element_count(weights)) / static_cast<double>(weights[0]);
  std::vector<Tensor> parts;
  parts.push_back(with_roundings(*inputs[0], n / 2 + 1));
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    parts.push_back(squares(inputs[i]->value));
  }
  return finished(reference_op(op, pointers_to(parts)), 1.0, n / 3 + 2, dst);
}

double at(const RoundedTensor* constant, std::size_t channel) {
  return static_cast<double>(constant->value.data<float>()[channel]);
}

/// dst = scale * src + shift, `shift` being as large as anything that is added on the way: whether
/// a framework multiplies out or not.
struct ChannelFactors {
  double scale;
  double shift;
};

template <typename Factors>
Tensor of_channels(const RoundedTensor& src, const Tensor& dst, Factors factors) {
  constexpr double roundings = 4;
  std::vector<ChannelFactors> channels;
  for (std::size_t c = 0; c < static_cast<std::size_t>(dst.shape()[1]); ++c) {
    channels.push_back(factors(c));
  }
  const auto block = static_cast<std::size_t>(row_major_strides(dst.shape())[1]);
  const auto variances = src.variance.data<float>();
  const auto values = src.value.data<float>();
  return mapped(dst, [&](double y, std::size_t i) {
    const auto [scale, shift] = channels[i / block % channels.size()];
    return square(scale) * (static_cast<double>(variances[i]) +
                            roundings * square(static_cast<double>(values[i]))) +
           roundings * (square(shift) + square(y));
  });
}

Tensor of_affine(const Inputs& inputs, const Tensor& dst) {
  return of_channels(*inputs[0], dst, [&](std::size_t c) {
    return ChannelFactors{at(inputs[1], c), at(inputs[2], c)};
  });
}

Tensor of_batch_norm(const BatchNorm& norm, const Inputs& inputs, const Tensor& dst) {
  return of_channels(*inputs[0], dst, [&](std::size_t c) {
    const double scale = at(inputs[1], c) / std::sqrt(at(inputs[4], c) + norm.epsilon);
    return ChannelFactors{scale, std::hypot(at(inputs[2], c), scale * at(inputs[3], c))};
  });
}

Tensor of_add(const Inputs& inputs, const Tensor& dst) {
  const double n = static_cast<double>(inputs.size());
  std::vector<Tensor> parts;
  for (const RoundedTensor* input : inputs) {
    parts.push_back(with_roundings(*input, n / 2));
  }
  return finished(reference_add(pointers_to(parts)), 1.0, n / 3 + 2, dst);
}

Tensor of_pool(const Pool& pool, const RoundedTensor& src, const Tensor& dst) {
  if (pool.kind == PoolKind::max) {
    return reference_pool(pool, src.variance);
  }
  // The mean of variances is n times the variance of a mean; at a corner of the padding as little
  // as 2^-axes of the window may lie inside.
  const double n = static_cast<double>(element_count(pool.kernel));
  const double scale = std::min(1.0, std::ldexp(1.0, static_cast<int>(pool.kernel.size())) / n);
  return finished(reference_pool(pool, with_roundings(src, n / 2 + 1)), scale, n / 3 + 2, dst);
}

/// y_i (e_i - sum_j y_j e_j), and exp of a difference.
Tensor of_softmax(const Softmax& softmax, const RoundedTensor& src, const Tensor& dst) {
  const auto rank = static_cast<std::int64_t>(dst.shape().size());
  const auto axis = static_cast<std::size_t>((softmax.axis + rank) % rank);
  const auto n = static_cast<double>(dst.shape()[axis]);
  double variance = 0.0;
  double largest = 0.0;
  for (const float var : src.variance.data<float>()) {
    variance = std::max(variance, static_cast<double>(var));
  }
  for (const float x : src.value.data<float>()) {
    largest = std::max(largest, std::abs(static_cast<double>(x)));
  }
  const double factor = 4 * variance + n / 3 + 16 + 4 * square(largest);
  return mapped(dst, [&](double y, std::size_t) { return factor * square(y); });
}

/// Roundings of a function, in u of its value, and of what it may have subtracted inside.
struct FunctionError {
  double relative;
  double absolute;
};
FunctionError error_of(const Op& op) {
  const auto* eltwise = std::get_if<Eltwise>(&op);
  if (eltwise == nullptr || eltwise->kind == EltwiseKind::relu ||
      eltwise->kind == EltwiseKind::leaky_relu) {
    return {1, 0};
  }
  const bool subtracts = eltwise->kind != EltwiseKind::tanh &&
                         eltwise->kind != EltwiseKind::softsign &&
                         eltwise->kind != EltwiseKind::exp;
  return {4, subtracts ? 4.0 : 0.0};
}

/// A function of one value.
Tensor of_function(const Op& op, const Inputs& inputs, const Tensor& dst) {
  const RoundedTensor& src = *inputs[0];
  const auto variances = src.variance.data<float>();
  const auto moved = [&](double sign) {
    return mapped(src.value, [&](double x, std::size_t i) {
      return x + sign * unit * std::sqrt(static_cast<double>(variances[i]));
    });
  };
  const Tensor above = moved(1.0);
  const Tensor below = moved(-1.0);
  std::vector<const Tensor*> pointers{&above};
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    pointers.push_back(&inputs[i]->value);
  }
  const Tensor high = reference_op(op, pointers);
  pointers.front() = &below;
  const Tensor low = reference_op(op, pointers);
  const auto highs = high.data<float>();
  const auto lows = low.data<float>();
  const FunctionError error = error_of(op);
  return mapped(dst, [&](double y, std::size_t i) {
    const double spread = std::max(std::abs(static_cast<double>(highs[i]) - y),
                                   std::abs(static_cast<double>(lows[i]) - y));
    return square(spread / unit) + square(error.relative * y) + square(error.absolute);
  });
}

bool moves(const Op& op) {
  return only_moves_cells(op) || std::holds_alternative<Concat>(op) ||
         std::holds_alternative<Identity>(op);
}

Tensor variance_of(const Op& op, const Inputs& inputs, const Tensor& dst) {
  if (std::holds_alternative<Conv>(op) || std::holds_alternative<Dense>(op)) {
    return of_sum(op, inputs, dst);
  }
  if (std::holds_alternative<Affine>(op)) {
    return of_affine(inputs, dst);
  }
  if (const auto* norm = std::get_if<BatchNorm>(&op)) {
    return of_batch_norm(*norm, inputs, dst);
  }
  if (std::holds_alternative<Add>(op)) {
    return of_add(inputs, dst);
  }
  if (const auto* pool = std::get_if<Pool>(&op)) {
    return of_pool(*pool, *inputs[0], dst);
  }
  if (const auto* softmax = std::get_if<Softmax>(&op)) {
    return of_softmax(*softmax, *inputs[0], dst);
  }
  if (!moves(op)) {
    return of_function(op, inputs, dst);
  }
  std::vector<const Tensor*> variances;
  for (const RoundedTensor* input : inputs) {
    variances.push_back(&input->variance);
  }
  return reference_op(op, variances);
}

RoundedTensor run_node(const Node& node, const Inputs& inputs) {
  if (node.quant) {
    throw ModelError("layer '" + node.name + "'", "is quantized", "give the fp32 model");
  }
  std::vector<const Tensor*> values;
  for (const RoundedTensor* input : inputs) {
    values.push_back(&input->value);
  }
  RoundedTensor result{reference_op(node.op, values), {}};
  result.variance = variance_of(node.op, inputs, result.value);
  for (float& variance : result.variance.data<float>()) {
    variance = std::isnan(variance) ? INFINITY : std::max(variance, smallest_variance);
  }
  return result;
}

}  // namespace

double bound_of(float variance) {
  return deviations * unit * std::sqrt(static_cast<double>(variance));
}

void run_with_rounding(const Graph& graph, const std::vector<Tensor>& inputs,
                       const std::function<void(ValueId, const RoundedTensor&)>& show) {
  CALOQUANT_EXPECT(inputs.size() == graph.inputs().size());
  std::vector<std::optional<RoundedTensor>> computed(graph.values().size());
  std::vector<std::size_t> last_reader(graph.values().size(), 0);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    for (const ValueId id : graph.nodes()[i].inputs) {
      last_reader[static_cast<std::size_t>(id)] = i;
    }
  }
  const auto exact = [](const Tensor& value) {
    return RoundedTensor{value, Tensor(DType::f32, value.shape())};
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto& input = computed[static_cast<std::size_t>(graph.inputs()[i])];
    input = exact(inputs[i]);
    show(graph.inputs()[i], *input);
  }
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    Inputs of_node;
    for (const ValueId id : node.inputs) {
      auto& input = computed[static_cast<std::size_t>(id)];
      if (graph.value(id).constant && !input) {
        input = exact(*graph.value(id).constant);
      }
      of_node.push_back(&*input);
    }
    auto& dst = computed[static_cast<std::size_t>(node.output)];
    dst = run_node(node, of_node);
    show(node.output, *dst);
    for (const ValueId id : node.inputs) {  // free what nobody reads any more
      if (last_reader[static_cast<std::size_t>(id)] == i) {
        computed[static_cast<std::size_t>(id)].reset();
      }
    }
  }
}

}  // namespace caloquant
