#pragma once

#include <optional>
#include <string_view>

namespace caloquant {

enum class EltwiseKind {
  relu,          ///< max(x, 0)
  clip,          ///< min(max(x, alpha), beta); alpha <= beta, each may be infinite
  threshold,     ///< x <= alpha ? beta * (x - alpha) : x; with beta 0: x <= alpha ? 0 : x
  leaky_relu,    ///< x >= 0 ? x : alpha * x
  elu,           ///< x >= 0 ? x : alpha * (exp(x) - 1)
  selu,          ///< Klambauer et al. 2017 constants
  sigmoid,       ///< 1 / (1 + exp(-x))
  hard_sigmoid,  ///< min(max(alpha * x + beta, 0), 1)
  tanh,
  softplus,  ///< log(1 + exp(x))
  softsign,  ///< x / (1 + |x|)
  exp,
  swish,  ///< x * sigmoid(x)
  gelu,   ///< x * Phi(x), the erf form
};

/// What a function does not read of alpha and beta is 0. relu and clip hand on what is within
/// their bounds bit for bit, -0 and NaN too. (As post-op of a oneDNN layer they make the lower
/// bound of a NaN sum: so its vector instructions have it.)
struct Eltwise {
  EltwiseKind kind = EltwiseKind::relu;
  float alpha = 0.0F;
  float beta = 0.0F;
  friend bool operator==(const Eltwise&, const Eltwise&) = default;
};

/// min(max(x, low), high). Where low > high that is high for every x, as in ONNX and numpy.
[[nodiscard]] Eltwise clip_between(float low, float high);
inline constexpr Eltwise hard_sigmoid_of_keras_2{EltwiseKind::hard_sigmoid, 0.2F, 0.5F};

/// min(max(x, low), high) that is the same as `first` and then `second`, where both are relu or
/// clip; else nothing.
[[nodiscard]] std::optional<Eltwise> joined_bounds(const Eltwise& first, const Eltwise& second);

/// Stable lower-case name: "relu", "leaky_relu", ...
[[nodiscard]] std::string_view name_of(EltwiseKind kind);
/// The inverse of name_of(EltwiseKind); throws std::out_of_range for an unknown name.
[[nodiscard]] EltwiseKind eltwise_kind_from(std::string_view name);

}  // namespace caloquant
