#include "ops/schema/op.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "ops/core/enums.hpp"
#include "ops/core/overloaded.hpp"

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

std::string_view name_of(const Op& op) {
  return std::visit(
      Overloaded{
          [](const Dense&) -> std::string_view { return "dense"; },
          [](const Conv&) -> std::string_view { return "conv"; },
          [](const UpsampleNearest&) -> std::string_view { return "upsample_nearest"; },
          [](const DepthToSpace&) -> std::string_view { return "depth_to_space"; },
          [](const Pad&) -> std::string_view { return "pad"; },
          [](const Pool& pool) -> std::string_view {
            return pool.kind == PoolKind::max ? "max_pool" : "average_pool";
          },
          [](const BatchNorm&) -> std::string_view { return "batch_norm"; },
          [](const Affine&) -> std::string_view { return "affine"; },
          [](const Eltwise& eltwise) -> std::string_view { return name_of(eltwise.kind); },
          [](const Extremum& extremum) -> std::string_view {
            return extremum.kind == ExtremumKind::maximum ? "maximum" : "minimum";
          },
          [](const Softmax&) -> std::string_view { return "softmax"; },
          [](const Add&) -> std::string_view { return "add"; },
          [](const Concat&) -> std::string_view { return "concat"; },
          [](const Reshape&) -> std::string_view { return "reshape"; },
          [](const Transpose&) -> std::string_view { return "transpose"; },
          [](const Identity&) -> std::string_view { return "identity"; },
      },
      op);
}

bool is_quantizable(const Op& op) {
  return std::holds_alternative<Dense>(op) || std::holds_alternative<Conv>(op);
}

bool only_moves_cells(const Op& op) {
  return std::holds_alternative<Reshape>(op) || std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<UpsampleNearest>(op) || std::holds_alternative<DepthToSpace>(op) ||
         std::holds_alternative<Pad>(op) || std::holds_alternative<Identity>(op);
}

bool keeps_memory(const Shape& shape, const std::vector<std::int64_t>& permutation) {
  std::int64_t last = -1;
  for (const std::int64_t axis : permutation) {
    if (shape[static_cast<std::size_t>(axis)] == 1) {
      continue;
    }
    if (axis < last) {
      return false;
    }
    last = axis;
  }
  return true;
}

}  // namespace caloquant
