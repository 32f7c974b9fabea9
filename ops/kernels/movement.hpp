#pragma once

#include <caloquant/qparams.hpp>
#include <caloquant/types.hpp>
#include <cstddef>
#include <span>
#include <vector>

#include "ops/schema/op.hpp"

namespace caloquant {

// Kernels that move or pool cells without weights. `element` is the size of one element in bytes
// (1, 2 or 4); shapes are the dense memory shapes, outermost axis first.

/// f32 -> u8/s8/s16 by qmath's rule, vectorised; equal to quantize() bit by bit. bf16: f32 rounded
/// to bfloat16, stored as f32.
void quantize_cells(std::span<const float> src, std::byte* dst, const QuantParams& params);

/// dst[i0, i1, ...] = src with axes permuted: dst axis k is src axis permutation[k].
void transpose_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                     const std::vector<std::int64_t>& permutation, std::size_t element);

/// Channels-last up-sampling: src [N, spatial..., C], factors per spatial axis.
void upsample_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                    const Shape& factors, std::size_t element);

/// Channels-last DepthToSpace: src [N, spatial..., P * C], factors and crop_end per spatial axis.
void depth_to_space_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                          const DepthToSpace& move, std::size_t element);

/// Copies src into dst [begin + src + end per axis]; every other byte of dst becomes `fill`.
void pad_cells(const std::byte* src, std::byte* dst, const Shape& src_shape, const Shape& begin,
               const Shape& end, std::size_t element, std::byte fill);

/// Channels-last pooling of f32 cells: src [N, spatial..., C], dst likewise.
void pool_cells(const Pool& pool, const float* src, float* dst, const Shape& src_shape,
                const Shape& dst_shape);

/// dst[.., c] = mul[c] * src[.., c] + add[c], channel innermost.
void affine_cells(std::span<const float> src, std::span<float> dst, std::span<const float> mul,
                  std::span<const float> add);

/// Softmax along one axis of a dense tensor.
void softmax_cells(const float* src, float* dst, const Shape& shape, std::size_t axis);

/// One part of a concatenation: src has `extent` entries along the axis, dst `total`, starting at
/// `offset`; `outer` blocks of `inner` bytes per entry.
void concat_part(const std::byte* src, std::byte* dst, std::int64_t outer, std::int64_t extent,
                 std::int64_t total, std::int64_t offset, std::size_t inner);

}  // namespace caloquant
