#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// Element types, named as in oneDNN.
enum class DType { f32, f64, s8, u8, s32, s64, s16, bf16 };

[[nodiscard]] std::size_t size_of(DType dtype) noexcept;
[[nodiscard]] std::string_view name_of(DType dtype) noexcept;

/// Tensor extents, slowest axis first. Spatial tensors are [N, C, D, H, W] (1 to 3 spatial axes),
/// whatever the memory order of an executor. In a graph an extent may be `dynamic`.
using Shape = std::vector<std::int64_t>;

/// An extent that is only known when a graph is compiled: the batch.
inline constexpr std::int64_t dynamic = -1;

/// Number of elements, at most the largest int64; every extent must be known.
[[nodiscard]] std::int64_t element_count(const Shape& shape);

/// "[8, 51, 51, 25]"; a dynamic extent prints as "N".
[[nodiscard]] std::string to_string(const Shape& shape);

/// How a layer's arithmetic is done.
enum class Precision {
  fp32,   ///< float weights, float activations
  int8,   ///< u8 or s8 activations x s8 weights -> exact s32 sums
  w8a16,  ///< s16 activations x s8 weights -> exact s32 sums
  w8,     ///< float activations x s8 weights, made float for the arithmetic
  bf16,   ///< bfloat16 activations x bfloat16 weights -> float sums
};

[[nodiscard]] std::string_view name_of(Precision precision) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
