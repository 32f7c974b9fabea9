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
///   y = sum + bias, of integer sums f32(sum) * s + bias with s = step_of_sums()
///   y = op(y) for each op
///   dst = y, or with `dst` set: saturate(round_half_to_even(y / scale + zero_point))
/// Kernels keep to that formula up to roundings of f32, so that integers may differ by one step:
///  - direct ones clamp and round y / scale and add the zero point to the integer;
///  - oneDNN and the plain kernels take (f32(sum) + bias / s) * s, and multiply by 1 / scale;
///  oneDNN
///    puts that factor and the zero point into a ChannelAffine that comes last.
struct Epilogue {
  std::vector<EpilogueOp> ops;
  std::optional<QuantParams> dst;
};

}  // namespace caloquant
