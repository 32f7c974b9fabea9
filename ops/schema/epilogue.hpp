#pragma once

#include <caloquant/qparams.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "ops/schema/op.hpp"

namespace caloquant {

/// mul[c] * x + add[c] over the channels of dst.
struct ChannelAffine {
  std::vector<float> mul;
  std::vector<float> add;
};

using EpilogueOp = std::variant<Eltwise, ChannelAffine>;

/// What a Conv or Dense does to its sums before it stores them, in order and in f32:
///   y = sum + bias   (f32)   or   y = (f32(sum_s32) + bias / s) * s,  s = src.scale * weight_scale
///   y = op(y) for each op
///   dst = y, or with `dst` set: saturate(round_half_to_even(y / scale + zero_point))
struct Epilogue {
  std::vector<EpilogueOp> ops;
  std::optional<QuantParams> dst;
};

}  // namespace caloquant
