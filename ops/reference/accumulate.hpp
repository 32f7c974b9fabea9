#pragma once

#include <caloquant/qparams.hpp>
#include <span>
#include <vector>

#include "ops/core/tensor.hpp"

namespace caloquant {

// Float and integer kernels share one accumulation in double. For integers it is exact: a sum of K
// products |q - zero_point| < 2^16 times |w| <= 128 stays below 2^53 for every K < 2^30.

/// f32 elements as double.
[[nodiscard]] std::vector<double> to_double(const Tensor& src);
/// s8 elements as double.
[[nodiscard]] std::vector<double> integers_to_double(const Tensor& src);
/// q - zero_point of u8, s8 or s16 elements.
[[nodiscard]] std::vector<double> centred_to_double(const Tensor& src, const QuantParams& params);

/// Rounds to f32.
[[nodiscard]] Tensor to_f32(std::span<const double> values, const Shape& shape);
/// Throws ModelError with place `where` when a sum does not fit s32.
[[nodiscard]] Tensor to_s32(std::span<const double> sums, const Shape& shape, const char* where);

}  // namespace caloquant
