#include "ops/schema/eltwise.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<EltwiseKind> eltwise_names({{EltwiseKind::relu, "relu"},
                                                {EltwiseKind::clip, "clip"},
                                                {EltwiseKind::threshold, "threshold"},
                                                {EltwiseKind::leaky_relu, "leaky_relu"},
                                                {EltwiseKind::elu, "elu"},
                                                {EltwiseKind::selu, "selu"},
                                                {EltwiseKind::sigmoid, "sigmoid"},
                                                {EltwiseKind::hard_sigmoid, "hard_sigmoid"},
                                                {EltwiseKind::tanh, "tanh"},
                                                {EltwiseKind::softplus, "softplus"},
                                                {EltwiseKind::softsign, "softsign"},
                                                {EltwiseKind::exp, "exp"},
                                                {EltwiseKind::swish, "swish"},
                                                {EltwiseKind::gelu, "gelu"}});

/// As clip; nothing for other functions.
std::optional<Eltwise> as_clip(const Eltwise& function) {
  if (function.kind == EltwiseKind::relu) {
    return clip_between(0.0F, std::numeric_limits<float>::infinity());
  }
  return function.kind == EltwiseKind::clip ? std::optional(function) : std::nullopt;
}

float bounded(const Eltwise& clip, float x) {
  return std::min(std::max(x, clip.alpha), clip.beta);
}

}  // namespace

Eltwise clip_between(float low, float high) {
  return {EltwiseKind::clip, std::min(low, high), high};
}

std::optional<Eltwise> joined_bounds(const Eltwise& first, const Eltwise& second) {
  const auto inner = as_clip(first);
  const auto outer = as_clip(second);
  if (!inner || !outer) {
    return std::nullopt;
  }
  return clip_between(bounded(*outer, inner->alpha), bounded(*outer, inner->beta));
}

std::string_view name_of(EltwiseKind kind) {
  return eltwise_names[kind];
}

EltwiseKind eltwise_kind_from(std::string_view name) {
  if (const auto kind = enum_from<EltwiseKind>(name)) {
    return *kind;
  }
  throw std::out_of_range("no element-wise function is called '" + std::string(name) + "'");
}

}  // namespace caloquant
