#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ops/schema/eltwise.hpp"

namespace caloquant {

// The operators of the graph. Every attribute struct is one alternative of Op; tensors that an
// operator needs besides its src (weights, bias, ...) are further inputs of the node. Spatial
// operators see src as [N, C, spatial...] with 1 to 3 spatial axes; `spatial` vectors have one
// entry per spatial axis. Constants come as documented at each operator.

/// dst[n, o] = sum_i src[n, i] * weights[o, i] + bias[o]; src [..., I]; inputs: src, weights [O,
/// I], optional bias [O].
struct Dense {
  friend bool operator==(const Dense&, const Dense&) = default;
};

/// Cross-correlation, as Keras and ONNX; inputs: src, weights [O, I / groups, spatial...], optional
/// bias [O]. Padding is with real 0.
struct Conv {
  Shape strides;
  Shape dilations;
  Shape pads_begin;
  Shape pads_end;
  std::int64_t groups = 1;
  friend bool operator==(const Conv&, const Conv&) = default;
};

/// Nearest-neighbour repetition by an integer factor per spatial axis.
struct UpsampleNearest {
  Shape factors;
  friend bool operator==(const UpsampleNearest&, const UpsampleNearest&) = default;
};

/// Channels become space: src [N, P * C, spatial...] with P = the product of the factors, source
/// channel = phase * C + c, phases row-major over the spatial axes (ONNX DepthToSpace, mode DCR,
/// for 1 to 3 axes). dst(n, c, i * factor + phase) = src(n, phase * C + c, i) along every axis,
/// without the last crop_end cells of the axis; 0 <= crop_end < factor.
struct DepthToSpace {
  Shape factors;
  Shape crop_end;
  friend bool operator==(const DepthToSpace&, const DepthToSpace&) = default;
};

/// Zeros around every axis (batch and channel included: begin and end have one entry per axis).
struct Pad {
  Shape begin;
  Shape end;
  friend bool operator==(const Pad&, const Pad&) = default;
};

enum class PoolKind { max, average };

/// Padding cells take no part: the maximum ignores them, the average divides by the cells inside.
struct Pool {
  PoolKind kind = PoolKind::max;
  Shape kernel;
  Shape strides;
  Shape pads_begin;
  Shape pads_end;
  friend bool operator==(const Pool&, const Pool&) = default;
};

/// Inference form over channel axis 1: gamma * (src - mean) / sqrt(variance + epsilon) + beta;
/// inputs: src, gamma, beta, mean, variance, each [C].
struct BatchNorm {
  double epsilon = 1e-3;
  friend bool operator==(const BatchNorm&, const BatchNorm&) = default;
};

/// dst = mul[c] * src + add[c] over channel axis 1; inputs: src, mul [C], add [C]. What BatchNorm
/// becomes.
struct Affine {
  friend bool operator==(const Affine&, const Affine&) = default;
};

struct Softmax {
  std::int64_t axis = -1;
  friend bool operator==(const Softmax&, const Softmax&) = default;
};

enum class ExtremumKind { maximum, minimum };

/// Element by element the largest or smallest of two or more inputs: src, and others that have its
/// shape or are vectors [C] over channel axis 1. NaN where one of them is NaN; of equal ones the
/// first.
struct Extremum {
  ExtremumKind kind = ExtremumKind::maximum;
  friend bool operator==(const Extremum&, const Extremum&) = default;
};

/// Element by element sum of two or more inputs of one shape.
struct Add {
  friend bool operator==(const Add&, const Add&) = default;
};

struct Concat {
  std::int64_t axis = 1;
  friend bool operator==(const Concat&, const Concat&) = default;
};

/// Row-major reinterpretation of the logical tensor. `dims` has one entry per axis of dst; the
/// first is `dynamic` and keeps the batch.
struct Reshape {
  Shape dims;
  friend bool operator==(const Reshape&, const Reshape&) = default;
};

/// dst axis i is src axis permutation[i].
struct Transpose {
  std::vector<std::int64_t> permutation;
  friend bool operator==(const Transpose&, const Transpose&) = default;
};

struct Identity {
  friend bool operator==(const Identity&, const Identity&) = default;
};

using Op = std::variant<Dense, Conv, UpsampleNearest, DepthToSpace, Pad, Pool, BatchNorm, Affine,
                        Eltwise, Extremum, Softmax, Add, Concat, Reshape, Transpose, Identity>;

/// Stable lower-case name: "dense", "conv", "upsample_nearest", "max_pool", "relu", ...
[[nodiscard]] std::string_view name_of(const Op& op);

/// True for the operators that have weights and an integer form: Dense and Conv.
[[nodiscard]] bool is_quantizable(const Op& op);

/// True for the operators that move, repeat or drop cells (and pad with 0) without changing them:
/// they commute with quantization.
[[nodiscard]] bool only_moves_cells(const Op& op);

/// True when a transposition of `shape` only moves axes of extent 1, so that no byte moves.
[[nodiscard]] bool keeps_memory(const Shape& shape, const std::vector<std::int64_t>& permutation);

}  // namespace caloquant
