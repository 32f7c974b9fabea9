#pragma once

#include <span>

#include "ops/schema/op.hpp"

namespace caloquant {

/// One f32 value through an element-wise function.
[[nodiscard]] float eltwise_value(const Eltwise& eltwise, float x);

/// Whole arrays; src and dst may be the same.
void eltwise(const Eltwise& eltwise, std::span<const float> src, std::span<float> dst);

/// dst[i] = the larger or smaller of dst[i] and src[i % src.size()], as Extremum defines it.
void extremum_cells(ExtremumKind kind, std::span<const float> src, std::span<float> dst);

/// True for the functions that a layer's epilogue may take over.
[[nodiscard]] bool is_fusable(EltwiseKind kind);

}  // namespace caloquant
