// Activation functions: as layers, as the "activation" option, as serialized objects.

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <string_view>

#include "graph/io/keras/layers.hpp"

namespace caloquant {
namespace {

struct NamedFunction {
  std::string_view name;
  Eltwise eltwise;
};

/// Names that mean the same in Keras 2 and 3, with the arguments that Keras gives them. What means
/// another function in Keras 3, hard_sigmoid, stands in apply_named.
constexpr std::array named_functions{
    NamedFunction{"relu", {EltwiseKind::relu, 0.0F}},
    NamedFunction{"relu6", {EltwiseKind::clip, 0.0F, 6.0F}},
    NamedFunction{"leaky_relu", {EltwiseKind::leaky_relu, 0.2F}},
    NamedFunction{"elu", {EltwiseKind::elu, 1.0F}},
    NamedFunction{"selu", {EltwiseKind::selu, 0.0F}},
    NamedFunction{"sigmoid", {EltwiseKind::sigmoid, 0.0F}},
    NamedFunction{"hard_sigmoid", hard_sigmoid_of_keras_2},
    NamedFunction{"tanh", {EltwiseKind::tanh, 0.0F}},
    NamedFunction{"softplus", {EltwiseKind::softplus, 0.0F}},
    NamedFunction{"softsign", {EltwiseKind::softsign, 0.0F}},
    NamedFunction{"exponential", {EltwiseKind::exp, 0.0F}},
    NamedFunction{"swish", {EltwiseKind::swish, 0.0F}},
    NamedFunction{"silu", {EltwiseKind::swish, 0.0F}},
    NamedFunction{"gelu", {EltwiseKind::gelu, 0.0F}},
};

KerasTensor add_softmax(const KerasCall& call, const KerasOptions& options, const KerasTensor& src,
                        const std::string& suffix) {
  const std::int64_t given = options.find("axis") == nullptr ? -1 : options.integer("axis");
  const std::size_t axis = call.axis("axis", given, call.layout.rank(src));
  return call.add(suffix, Softmax{static_cast<std::int64_t>(call.layout.stored_axis(src, axis))},
                  src);
}

/// x >= max_value ? max_value : x > threshold ? x : negative_slope * (x - threshold). Without a
/// threshold the slope begins at 0; the layer has no negative numbers, so what is below the
/// threshold is below max_value, too.
KerasTensor add_relu(const KerasCall& call, const KerasOptions& options, const KerasTensor& src,
                     const std::string& suffix) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto most = static_cast<float>(options.number("max_value", infinity));
  const auto slope = static_cast<float>(options.number("negative_slope", 0.0));
  const auto threshold = static_cast<float>(options.number("threshold", 0.0));
  for (const char* key : {"max_value", "negative_slope", "threshold"}) {
    if (!(options.number(key, 0.0) >= 0.0)) {
      options.fail(key, "must not be negative");
    }
  }
  const bool limited = std::isfinite(most);
  if (threshold == 0.0F && slope == 0.0F) {
    return call.add(suffix, limited ? clip_between(0.0F, most) : Eltwise{EltwiseKind::relu}, src);
  }
  const Eltwise bent = threshold == 0.0F ? Eltwise{EltwiseKind::leaky_relu, slope}
                                         : Eltwise{EltwiseKind::threshold, threshold, slope};
  if (!limited) {
    return call.add(suffix, bent, src);
  }
  constexpr float none = -std::numeric_limits<float>::infinity();
  return call.add(suffix, clip_between(none, most), call.add(suffix + "/bent", bent, src));
}

Eltwise leaky_relu_of(const KerasOptions& options) {
  const double slope = options.number("alpha", options.number("negative_slope", 0.3));
  if (options.number("negative_slope", slope) != slope) {
    options.fail("negative_slope", "contradicts alpha");
  }
  return {EltwiseKind::leaky_relu, static_cast<float>(slope)};
}

Eltwise elu_of(const KerasOptions& options) {
  return {EltwiseKind::elu, static_cast<float>(options.number("alpha", 1.0))};
}

KerasTensor apply_named(const KerasCall& call, const std::string& name, const KerasTensor& src,
                        const std::string& suffix) {
  if (name == "linear") {
    return suffix.empty() ? call.add(Identity{}, src) : src;
  }
  if (name == "softmax") {
    const Json none = Json::object();
    return add_softmax(call, KerasOptions(none, "Softmax", call.options.place()), src, suffix);
  }
  if (name == "hard_sigmoid" && call.layer.keras >= 3) {
    return call.add(suffix, Eltwise{EltwiseKind::hard_sigmoid, 1.0F / 6.0F, 0.5F}, src);
  }
  std::string known = "linear, softmax";
  for (const NamedFunction& function : named_functions) {
    if (function.name == name) {
      return call.add(suffix, function.eltwise, src);
    }
    known += ", " + std::string(function.name);
  }
  throw ModelError(call.options.place(), "the activation '" + name + "' is not supported",
                   "supported are " + known);
}

KerasTensor apply_option(const KerasCall& call, const KerasOptions& options, const KerasTensor& src,
                         const std::string& suffix);

/// An activation layer given where a function stands: activation=LeakyReLU(0.1).
KerasTensor apply_object(const KerasCall& call, const Json& object, const KerasTensor& src,
                         const std::string& suffix) {
  const auto type = object.find("class_name");
  const auto config = object.find("config");
  if (type == object.end() || config == object.end() || !type->is_string()) {
    call.options.fail("activation", "is neither a text nor a serialized function");
  }
  check_keras_object(object, call.options.place());
  if (config->is_string()) {  // {"class_name": "function", "config": "relu"}
    return apply_named(call, config->get<std::string>(), src, suffix);
  }
  if (!config->is_object()) {
    call.options.fail("activation", "is neither a text nor a serialized function");
  }
  const auto name = type->get<std::string>();
  constexpr std::array<std::string_view, 5> known{"Activation", "ELU", "LeakyReLU", "ReLU",
                                                  "Softmax"};
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    call.options.fail("activation", "is of class '" + name + "', which is not supported");
  }
  check_keras_options(*config, name, call.options.place() + ": its activation");
  const KerasOptions options(*config, name, call.options.place() + ": its activation");
  return name == "Softmax"     ? add_softmax(call, options, src, suffix)
         : name == "ReLU"      ? add_relu(call, options, src, suffix)
         : name == "LeakyReLU" ? call.add(suffix, leaky_relu_of(options), src)
         : name == "ELU"       ? call.add(suffix, elu_of(options), src)
                               : apply_option(call, options, src, suffix);
}

KerasTensor apply_option(const KerasCall& call, const KerasOptions& options, const KerasTensor& src,
                         const std::string& suffix) {
  const Json* activation = options.find("activation");
  if (activation == nullptr) {
    return apply_named(call, "linear", src, suffix);
  }
  if (activation->is_string()) {
    return apply_named(call, activation->get<std::string>(), src, suffix);
  }
  if (!activation->is_object()) {
    options.fail("activation", "is neither a text nor a serialized function");
  }
  return apply_object(call, *activation, src, suffix);
}

}  // namespace

KerasTensor apply_activation(const KerasCall& call, const KerasTensor& src,
                             const std::string& suffix) {
  return apply_option(call, call.options, src, suffix);
}

KerasTensor translate_activation(const KerasCall& call) {
  return apply_activation(call, call.input(), "");
}

KerasTensor translate_relu(const KerasCall& call) {
  return add_relu(call, call.options, call.input(), "");
}

KerasTensor translate_leaky_relu(const KerasCall& call) {
  return call.add(leaky_relu_of(call.options), call.input());
}

KerasTensor translate_elu(const KerasCall& call) {
  return call.add(elu_of(call.options), call.input());
}

KerasTensor translate_softmax(const KerasCall& call) {
  return add_softmax(call, call.options, call.input(), "");
}

}  // namespace caloquant
