#pragma once

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

// The operators, one family per file; what each computes stands in ONNX's Operators.md and
// Changelog.md (https://onnx.ai/onnx/operators) for the opsets of interpreter/table.cpp.

// elementwise.cpp
Results add(const Call& call);
Results subtract(const Call& call);
Results multiply(const Call& call);
Results divide(const Call& call);
Results power(const Call& call);
Results minimum(const Call& call);
Results maximum(const Call& call);
Results sum(const Call& call);
Results modulo(const Call& call);

// logic.cpp
Results equal(const Call& call);
Results less(const Call& call);
Results less_or_equal(const Call& call);
Results greater(const Call& call);
Results greater_or_equal(const Call& call);
Results logical_and(const Call& call);
Results logical_or(const Call& call);
Results logical_not(const Call& call);
Results where(const Call& call);

// activation.cpp
Results relu(const Call& call);
Results leaky_relu(const Call& call);
Results prelu(const Call& call);
Results elu(const Call& call);
Results selu(const Call& call);
Results sigmoid(const Call& call);
Results hard_sigmoid(const Call& call);
Results thresholded_relu(const Call& call);
Results softplus(const Call& call);
Results softsign(const Call& call);
Results gelu(const Call& call);
Results clip(const Call& call);
Results softmax(const Call& call);
Results log_softmax(const Call& call);

// unary.cpp
Results square_root(const Call& call);
Results exponential(const Call& call);
Results logarithm(const Call& call);
Results hyperbolic_tangent(const Call& call);
Results error_function(const Call& call);
Results reciprocal(const Call& call);
Results absolute(const Call& call);
Results negative(const Call& call);
Results floor_of(const Call& call);
Results ceil_of(const Call& call);
Results round_of(const Call& call);

// conv.cpp, conv_transpose.cpp
Results conv(const Call& call);
Results conv_integer(const Call& call);
Results qlinear_conv(const Call& call);
Results conv_transpose(const Call& call);

// matmul.cpp
Results gemm(const Call& call);
Results matmul(const Call& call);
Results matmul_integer(const Call& call);
Results qlinear_matmul(const Call& call);

// batch_norm.cpp
Results batch_normalization(const Call& call);

// quantize.cpp
Results quantize_linear(const Call& call);
Results dequantize_linear(const Call& call);
Results dynamic_quantize_linear(const Call& call);

// pool.cpp
Results max_pool(const Call& call);
Results average_pool(const Call& call);
Results global_average_pool(const Call& call);
Results global_max_pool(const Call& call);

// reduce.cpp
Results reduce_sum(const Call& call);
Results reduce_mean(const Call& call);
Results reduce_max(const Call& call);
Results reduce_min(const Call& call);
Results reduce_prod(const Call& call);

// resize.cpp
Results resize(const Call& call);
Results upsample(const Call& call);

// pad.cpp
Results pad(const Call& call);

// shape.cpp
Results reshape(const Call& call);
Results flatten(const Call& call);
Results squeeze(const Call& call);
Results unsqueeze(const Call& call);
Results identity(const Call& call);
Results dropout(const Call& call);
Results shape(const Call& call);
Results size(const Call& call);

// constant.cpp
Results constant(const Call& call);
Results constant_of_shape(const Call& call);
Results range(const Call& call);
Results cast(const Call& call);

// movement.cpp
Results transpose(const Call& call);
Results concat(const Call& call);
Results split(const Call& call);
Results slice(const Call& call);
Results gather(const Call& call);
Results expand(const Call& call);
Results tile(const Call& call);
Results depth_to_space(const Call& call);
Results space_to_depth(const Call& call);

}  // namespace caloquant::onnx
