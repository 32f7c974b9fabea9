#pragma once

#include <caloquant/qparams.hpp>
#include <span>

#include "ops/core/tensor.hpp"
#include "ops/schema/infer_shape.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

// Naive kernels, that every fast one is held to: pure functions on dense row-major tensors in the
// logical axis order of ops/schema/op.hpp. f32 in, sums and functions in double, f32 out; every dst
// element is computed by one thread in one order, so results do not depend on the thread count.
// Shapes must fit each other as infer_shape() demands (a broken fit is a programmer error).

/// src [N, C, spatial...], weights [O, C / groups, spatial...], bias [O] or null.
[[nodiscard]] Tensor reference_conv(const Conv& conv, const Tensor& src, const Tensor& weights,
                                    const Tensor* bias);

/// Exact s32 sums of (q - zero_point) * w: src u8, s8 or s16 as `params` says, weights s8; padding
/// is real 0, the zero point. Throws ModelError when a sum does not fit s32.
[[nodiscard]] Tensor exact_conv(const Conv& conv, const Tensor& src, const QuantParams& params,
                                const Tensor& weights);

/// src [..., I], weights [O, I], bias [O] or null.
[[nodiscard]] Tensor reference_dense(const Tensor& src, const Tensor& weights, const Tensor* bias);

/// Exact s32 sums, as exact_conv().
[[nodiscard]] Tensor exact_dense(const Tensor& src, const QuantParams& params,
                                 const Tensor& weights);

[[nodiscard]] Tensor reference_pool(const Pool& pool, const Tensor& src);

[[nodiscard]] Tensor reference_upsample(const UpsampleNearest& upsample, const Tensor& src);
[[nodiscard]] Tensor reference_depth_to_space(const DepthToSpace& move, const Tensor& src);
[[nodiscard]] Tensor reference_pad(const Pad& pad, const Tensor& src);
/// `dims` as in the operator: the first is the batch, whatever it is.
[[nodiscard]] Tensor reference_reshape(const Reshape& reshape, const Tensor& src);
[[nodiscard]] Tensor reference_transpose(const Transpose& transpose, const Tensor& src);
[[nodiscard]] Tensor reference_concat(const Concat& concat, std::span<const Tensor* const> inputs);

[[nodiscard]] Tensor reference_eltwise(const Eltwise& eltwise, const Tensor& src);
[[nodiscard]] Tensor reference_extremum(const Extremum& extremum,
                                        std::span<const Tensor* const> inputs);
[[nodiscard]] Tensor reference_softmax(const Softmax& softmax, const Tensor& src);
[[nodiscard]] Tensor reference_add(std::span<const Tensor* const> inputs);
[[nodiscard]] Tensor reference_affine(const Tensor& src, const Tensor& mul, const Tensor& add);
[[nodiscard]] Tensor reference_batch_norm(const BatchNorm& norm, const Tensor& src,
                                          const Tensor& gamma, const Tensor& beta,
                                          const Tensor& mean, const Tensor& variance);

/// Any f32 operator; inputs in the order of the operator's documentation.
[[nodiscard]] Tensor reference_op(const Op& op, std::span<const Tensor* const> inputs);

}  // namespace caloquant
