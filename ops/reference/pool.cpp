#include <algorithm>
#include <array>
#include <limits>

#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

/// Cells [begin, end) of one axis under one window.
struct Range {
  std::int64_t begin;
  std::int64_t end;
};

struct PoolAxis {
  std::int64_t src = 1;
  std::int64_t dst = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t pad = 0;

  [[nodiscard]] Range window(std::int64_t at) const {
    const std::int64_t begin = at * stride - pad;
    return {std::max<std::int64_t>(0, begin), std::min(src, begin + kernel)};
  }
};
using PoolAxes = std::array<PoolAxis, 3>;

PoolAxes axes_of(const Pool& pool, const Shape& src, const Shape& dst) {
  PoolAxes axes;
  const std::size_t lead = 5 - src.size();
  for (std::size_t i = 2; i < src.size(); ++i) {
    axes[lead + i - 2] = {src[i], dst[i], pool.kernel[i - 2], pool.strides[i - 2],
                          pool.pads_begin[i - 2]};
  }
  return axes;
}

/// One window of one channel.
float pool_window(PoolKind kind, const PoolAxes& axes, const float* src, const Range& z,
                  const Range& y, const Range& x) {
  double sum = 0.0;
  float largest = -std::numeric_limits<float>::infinity();
  for (std::int64_t i = z.begin; i < z.end; ++i) {
    for (std::int64_t j = y.begin; j < y.end; ++j) {
      for (std::int64_t k = x.begin; k < x.end; ++k) {
        const float value = src[(i * axes[1].src + j) * axes[2].src + k];
        sum += static_cast<double>(value);
        largest = std::max(largest, value);
      }
    }
  }
  if (kind == PoolKind::max) {
    return largest;
  }
  const std::int64_t cells = (z.end - z.begin) * (y.end - y.begin) * (x.end - x.begin);
  return static_cast<float>(sum / static_cast<double>(cells));
}

}  // namespace

Tensor reference_pool(const Pool& pool, const Tensor& src) {
  Tensor result(DType::f32, infer_shape(pool, {src.shape()}, "pool"));
  const PoolAxes axes = axes_of(pool, src.shape(), result.shape());
  const std::int64_t src_volume = axes[0].src * axes[1].src * axes[2].src;
  const float* from = src.data<float>().data();
  float* to = result.data<float>().data();
  for (std::int64_t channel = 0; channel < src.shape()[0] * src.shape()[1]; ++channel) {
    for (std::int64_t z = 0; z < axes[0].dst; ++z) {
      for (std::int64_t y = 0; y < axes[1].dst; ++y) {
        for (std::int64_t x = 0; x < axes[2].dst; ++x) {
          *to++ = pool_window(pool.kind, axes, from + channel * src_volume, axes[0].window(z),
                              axes[1].window(y), axes[2].window(x));
        }
      }
    }
  }
  return result;
}

}  // namespace caloquant
