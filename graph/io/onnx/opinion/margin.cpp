#include "graph/io/onnx/opinion/margin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace caloquant::onnx {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const Array* array_of_input(const Evaluated& at, std::size_t index) {
  const auto& inputs = at.node.inputs;
  const auto found = index < inputs.size() && !inputs[index].empty() ? at.values.find(inputs[index])
                                                                     : at.values.end();
  return found == at.values.end() ? nullptr : found->second.get();
}

const Margin* margin_of_input(const Evaluated& at, const Margins& margins, std::size_t index) {
  const auto found = margins.find(at.node.inputs[index]);
  return found == margins.end() ? nullptr : &found->second;
}

bool any_margin(const Evaluated& at, const Margins& margins) {
  return std::any_of(at.node.inputs.begin(), at.node.inputs.end(),
                     [&](const std::string& name) { return margins.count(name) > 0; });
}

/// A number of an attribute, for Lipschitz constants.
double attribute(const NodeDef& node, std::string_view name, double otherwise) {
  for (const Attribute& candidate : node.attributes) {
    if (candidate.name == name && candidate.kind == AttributeKind::number) {
      return static_cast<double>(candidate.number);
    }
  }
  return otherwise;
}

/// |x| + M of an f32 input.
Array absolute_of(const Array& array, const Margin* margin) {
  Array result = array;
  const auto to = result.data<float>();
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = std::fabs(to[i]);
    if (margin != nullptr && margin->values) {
      to[i] += margin->values->data<float>()[i];
    }
  }
  return result;
}

/// gamma (x - mean) / s + beta with all terms positive: the mean becomes negative.
void flip_mean(const NodeDef& node, Values& values) {
  Array mean = *values.at(node.inputs.at(3));
  for (float& value : mean.data<float>()) {
    value = -value;
  }
  values["mean, negative"] = std::make_shared<const Array>(std::move(mean));
}

/// The node on absolute values: the sum of |products|.
Array on_absolute_values(const Evaluated& at, const Margins& margins, Budget& budget) {
  NodeDef node = at.node;
  Values values;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Array* array = array_of_input(at, i);
    if (array == nullptr) {
      continue;
    }
    const bool variance = node.op == "BatchNormalization" && i == 4;
    values[node.inputs[i]] =
        array->type() == ElementType::f32 && !variance
            ? std::make_shared<const Array>(absolute_of(*array, margin_of_input(at, margins, i)))
            : at.values.at(node.inputs[i]);
  }
  if (node.op == "Sub") {
    node.op = "Add";
  }
  if (node.op == "BatchNormalization") {
    flip_mean(node, values);
    node.inputs[3] = "mean, negative";
  }
  for (Attribute& scale : node.attributes) {
    if (node.op == "Gemm" && scale.kind == AttributeKind::number) {
      scale.number = std::fabs(scale.number);
    }
  }
  return std::move(evaluate_node(at.model, node, values, budget).front());
}

/// Cells are moved: M moves with them.
Margin moved(const Evaluated& at, const Margins& margins, Budget& budget) {
  if (is_element_wise(at.node)) {
    const Margin* first = margin_of_input(at, margins, 0);
    const bool alone = std::all_of(at.node.inputs.begin() + 1, at.node.inputs.end(),
                                   [&](const auto& name) { return margins.count(name) == 0; });
    const bool fits = first != nullptr && first->values && first->values->dims() == at.dst.dims();
    return fits && alone ? *first : Margin{false, nullptr};
  }
  Values values;
  for (std::size_t i = 0; i < at.node.inputs.size(); ++i) {
    const Array* array = array_of_input(at, i);
    if (array == nullptr) {
      continue;
    }
    const Margin* margin = margin_of_input(at, margins, i);
    values[at.node.inputs[i]] =
        array->type() != ElementType::f32 ? at.values.at(at.node.inputs[i])
        : margin != nullptr && margin->values
            ? margin->values
            : std::make_shared<const Array>(ElementType::f32, array->dims());
  }
  Array dst = std::move(evaluate_node(at.model, at.node, values, budget).front());
  return {true, std::make_shared<const Array>(std::move(dst))};
}

/// Slope of a function of one number at most, or infinity.
double slope_of(const NodeDef& node) {
  static constexpr std::array<std::string_view, 6> gentle{"Erf",      "Sigmoid",  "Softmax",
                                                          "Softplus", "Softsign", "Tanh"};
  if (std::find(gentle.begin(), gentle.end(), node.op) != gentle.end()) {
    return 2.0;
  }
  if (node.op == "Gelu" || node.op == "Selu") {
    return node.op == "Gelu" ? 2.0 : infinity;
  }
  const bool leaky = node.op == "LeakyRelu" || node.op == "Elu" || node.op == "HardSigmoid";
  if (!leaky) {
    return infinity;
  }
  return std::max(1.0, std::fabs(attribute(node, "alpha", 1.0)));
}

/// |f(x)|, and what functions of doubles lose by cancellation: 16 roundings of numbers up to
/// 1 + |x|.
Margin of_function(const Evaluated& at, const Margins& margins) {
  const Array& src = *array_of_input(at, 0);
  Array result = absolute_of(at.dst, nullptr);
  const auto to = result.data<float>();
  constexpr double cancelled = 16.0 * 0x1p-53 / (roundings * unit);
  const bool numbers = src.type() == ElementType::f32 && src.size() == result.size();
  for (std::size_t i = 0; i < to.size() && numbers; ++i) {
    to[i] += static_cast<float>(cancelled *
                                (1.0 + std::fabs(static_cast<double>(src.data<float>()[i]))));
  }
  if (const Margin* margin = margin_of_input(at, margins, 0); margin != nullptr) {
    const double slope = slope_of(at.node);
    if (!margin->values || !numbers || !std::isfinite(slope)) {
      return {false, nullptr};
    }
    const auto from = margin->values->data<float>();
    const float largest = *std::max_element(from.begin(), from.end());
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] += static_cast<float>(slope) * (at.node.op == "Softmax" ? largest : from[i]);
    }
  }
  return {true, std::make_shared<const Array>(std::move(result))};
}

}  // namespace

Margin margin_of(const Evaluated& at, const Margins& margins, Budget& budget) {
  const bool any = any_margin(at, margins);
  const bool unknown =
      std::any_of(at.node.inputs.begin(), at.node.inputs.end(), [&](const std::string& name) {
        const auto found = margins.find(name);
        return found != margins.end() && !found->second.known;
      });
  const Rounding rounding = rounding_of(at.node, at.dst);
  if (unknown || rounding == Rounding::other || (any && at.node.op == "Cast")) {
    return {false, nullptr};
  }
  switch (rounding) {
    case Rounding::sums:
      return {true, std::make_shared<const Array>(on_absolute_values(at, margins, budget))};
    case Rounding::smooth:
      return of_function(at, margins);
    case Rounding::steps:
      return {!any, nullptr};
    case Rounding::exact:
    case Rounding::other:
      break;
  }
  return any ? moved(at, margins, budget) : Margin{};
}

double terms_of(const Evaluated& at) {
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(std::max<std::int64_t>(1, b));
  };
  const std::string& op = at.node.op;
  const Array* src = array_of_input(at, 0);
  const Array* weights = array_of_input(at, 1);
  if (op == "Conv") {
    return ratio(weights->size(), weights->dims()[0]) + 1.0;
  }
  if (op == "ConvTranspose") {
    return ratio(weights->size(), weights->dims()[1]) + 1.0;
  }
  if (op == "MatMul") {
    return static_cast<double>(src->dims().back());
  }
  if (op == "Gemm") {
    return ratio(src->size(), at.dst.dims()[0]) + 1.0;
  }
  if (op == "AveragePool" || op == "GlobalAveragePool" || op == "ReduceMean" || op == "ReduceSum") {
    double cells = ratio(src->size(), at.dst.size());
    for (const Attribute& kernel : at.node.attributes) {
      if (kernel.name == "kernel_shape") {
        cells = static_cast<double>(element_count(kernel.integers));
      }
    }
    return cells;
  }
  return static_cast<double>(std::max<std::size_t>(2, at.node.inputs.size()));
}

std::vector<double> bounds_of(const Evaluated& at, const Margin& margin) {
  const auto dst = at.dst.data<float>();
  std::vector<double> bounds(dst.size(), infinity);
  if (!margin.known) {
    return bounds;
  }
  const double doubles = 2.0 * terms_of(at) * 0x1p-53;  // both sides sum up in double
  constexpr double smallest = roundings * 0x1p-149;     // of f32: a denormal is rounded to it
  constexpr auto largest = static_cast<double>(std::numeric_limits<float>::max()) / 4.0;
  for (std::size_t i = 0; i < dst.size(); ++i) {
    const double m = margin.values ? static_cast<double>(margin.values->data<float>()[i]) : 0.0;
    const double y = std::fabs(static_cast<double>(dst[i]));
    if (m <= largest && y <= largest) {  // false for NaN, too
      bounds[i] = roundings * unit * (y + m) + doubles * m + smallest;
    }
  }
  return bounds;
}

}  // namespace caloquant::onnx
