#include "ops/kernels/eltwise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {

float eltwise_value(const Eltwise& eltwise, float x) {
  const float alpha = eltwise.alpha;
  const float beta = eltwise.beta;
  switch (eltwise.kind) {
    case EltwiseKind::relu:
      return std::max(x, 0.0F);
    case EltwiseKind::clip:
      return std::min(std::max(x, alpha), beta);
    case EltwiseKind::threshold:
      return !(x <= alpha) ? x : beta == 0.0F ? 0.0F : beta * (x - alpha);
    case EltwiseKind::leaky_relu:
      return x >= 0.0F ? x : alpha * x;
    case EltwiseKind::elu:
      return x >= 0.0F ? x : alpha * std::expm1(x);
    case EltwiseKind::selu:
      return 1.05070098735548049342F * (x >= 0.0F ? x : 1.67326324235437728481F * std::expm1(x));
    case EltwiseKind::sigmoid:
      return 1.0F / (1.0F + std::exp(-x));
    case EltwiseKind::hard_sigmoid:
      return std::clamp(alpha * x + beta, 0.0F, 1.0F);
    case EltwiseKind::tanh:
      return std::tanh(x);
    case EltwiseKind::softplus:
      return std::max(x, 0.0F) + std::log1p(std::exp(-std::fabs(x)));
    case EltwiseKind::softsign:
      return x / (1.0F + std::fabs(x));
    case EltwiseKind::exp:
      return std::exp(x);
    case EltwiseKind::swish:
      return x / (1.0F + std::exp(-x));
    case EltwiseKind::gelu:
      return 0.5F * x * std::erfc(-x / std::numbers::sqrt2_v<float>);  // 1 + erf would cancel
  }
  return x;
}

void eltwise(const Eltwise& eltwise, std::span<const float> src, std::span<float> dst) {
  CALOQUANT_EXPECT(src.size() == dst.size());
#pragma omp parallel for num_threads(team_size()) if (src.size() > 16384)
  for (std::size_t i = 0; i < src.size(); ++i) {
    dst[i] = eltwise_value(eltwise, src[i]);
  }
}

void extremum_cells(ExtremumKind kind, std::span<const float> src, std::span<float> dst) {
  CALOQUANT_EXPECT(!src.empty() && dst.size() % src.size() == 0);
  const bool largest = kind == ExtremumKind::maximum;
#pragma omp parallel for num_threads(team_size()) if (dst.size() > 16384)
  for (std::size_t i = 0; i < dst.size(); ++i) {
    const float a = dst[i];
    const float b = src[i % src.size()];
    const bool keeps = std::isnan(a) || (largest ? b <= a : b >= a);
    dst[i] = keeps ? a : b;
  }
}

bool is_fusable(EltwiseKind kind) {
  switch (kind) {
    case EltwiseKind::threshold:
    case EltwiseKind::selu:
    case EltwiseKind::hard_sigmoid:
    case EltwiseKind::softsign:
      return false;
    case EltwiseKind::relu:
    case EltwiseKind::clip:
    case EltwiseKind::leaky_relu:
    case EltwiseKind::elu:
    case EltwiseKind::sigmoid:
    case EltwiseKind::tanh:
    case EltwiseKind::softplus:
    case EltwiseKind::exp:
    case EltwiseKind::swish:
    case EltwiseKind::gelu:
      break;
  }
  return true;
}

}  // namespace caloquant
