#include <algorithm>
#include <array>

#include "ops/core/thread_count.hpp"
#include "ops/reference/accumulate.hpp"
#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

using ConvAxes = std::array<std::int64_t, 3>;

/// A convolution seen with three spatial axes; missing ones lead with extent 1.
struct Geometry {
  std::int64_t batch = 0;
  std::int64_t src_channels = 0;
  std::int64_t dst_channels = 0;
  std::int64_t groups = 1;
  ConvAxes src{1, 1, 1};
  ConvAxes kernel{1, 1, 1};
  ConvAxes dst{1, 1, 1};
  ConvAxes strides{1, 1, 1};
  ConvAxes dilations{1, 1, 1};
  ConvAxes pads{0, 0, 0};  ///< begin

  Geometry(const Conv& conv, const Shape& from, const Shape& weights, const Shape& to)
      : batch(from[0]), src_channels(from[1]), dst_channels(to[1]), groups(conv.groups) {
    const std::size_t axes = from.size() - 2;
    const std::size_t lead = 3 - axes;
    for (std::size_t i = 0; i < axes; ++i) {
      src[lead + i] = from[i + 2];
      kernel[lead + i] = weights[i + 2];
      dst[lead + i] = to[i + 2];
      strides[lead + i] = conv.strides[i];
      dilations[lead + i] = conv.dilations[i];
      pads[lead + i] = conv.pads_begin[i];
    }
  }

  /// src index that dst index `at` meets at kernel index `tap`; outside [0, src) lies padding.
  [[nodiscard]] std::int64_t source(std::size_t axis, std::int64_t at, std::int64_t tap) const {
    return at * strides[axis] + tap * dilations[axis] - pads[axis];
  }
  [[nodiscard]] bool inside(std::size_t axis, std::int64_t index) const {
    return index >= 0 && index < src[axis];
  }
  [[nodiscard]] static std::int64_t volume(const ConvAxes& extents) {
    return extents[0] * extents[1] * extents[2];
  }
};

std::int64_t ceil_divide(std::int64_t value, std::int64_t divisor) {
  return value >= 0 ? (value + divisor - 1) / divisor : -(-value / divisor);
}

/// For one tap along the last axis: dst cells [begin, end) meet src, the first of a row at `first`.
struct RowReach {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t first;
};

std::vector<RowReach> row_reaches(const Geometry& g) {
  std::vector<RowReach> reaches;
  for (std::int64_t tap = 0; tap < g.kernel[2]; ++tap) {
    const std::int64_t first = g.source(2, 0, tap);
    reaches.push_back({std::max<std::int64_t>(0, ceil_divide(-first, g.strides[2])),
                       std::min(g.dst[2], ceil_divide(g.src[2] - first, g.strides[2])), first});
  }
  return reaches;
}

/// dst[i] += weight * src[i * stride + first] where src is inside.
void add_row(const RowReach& reach, std::int64_t stride, double weight, const double* src,
             double* dst) {
  if (stride == 1) {
#pragma omp simd
    for (std::int64_t i = reach.begin; i < reach.end; ++i) {
      dst[i] += weight * src[i + reach.first];
    }
    return;
  }
  for (std::int64_t i = reach.begin; i < reach.end; ++i) {
    dst[i] += weight * src[i * stride + reach.first];
  }
}

/// Adds one src channel under its kernel [kD, kH, kW] to the dst volume of one output channel.
void add_channel(const Geometry& g, const std::vector<RowReach>& reaches, const double* src,
                 const double* kernel, double* dst) {
  for (std::int64_t z = 0; z < g.dst[0]; ++z) {
    for (std::int64_t kz = 0; kz < g.kernel[0]; ++kz) {
      const std::int64_t sz = g.source(0, z, kz);
      for (std::int64_t y = 0; g.inside(0, sz) && y < g.dst[1]; ++y) {
        for (std::int64_t ky = 0; ky < g.kernel[1]; ++ky) {
          const std::int64_t sy = g.source(1, y, ky);
          for (std::int64_t kx = 0; g.inside(1, sy) && kx < g.kernel[2]; ++kx) {
            add_row(reaches[static_cast<std::size_t>(kx)], g.strides[2],
                    kernel[(kz * g.kernel[1] + ky) * g.kernel[2] + kx],
                    src + (sz * g.src[1] + sy) * g.src[2], dst + (z * g.dst[1] + y) * g.dst[2]);
          }
        }
      }
    }
  }
}

std::vector<double> convolve(const Geometry& g, const std::vector<double>& src,
                             const std::vector<double>& weights, const Tensor* bias) {
  const std::int64_t src_volume = Geometry::volume(g.src);
  const std::int64_t taps = Geometry::volume(g.kernel);
  const std::int64_t dst_volume = Geometry::volume(g.dst);
  const std::int64_t group_src = g.src_channels / g.groups;
  const std::int64_t group_dst = g.dst_channels / g.groups;
  std::vector<double> dst(static_cast<std::size_t>(g.batch * g.dst_channels * dst_volume));
  const std::vector<RowReach> reaches = row_reaches(g);
  const std::int64_t macs = g.batch * g.dst_channels * dst_volume * group_src * taps;
#pragma omp parallel for num_threads(team_size()) if (macs > 1000000)
  for (std::int64_t item = 0; item < g.batch * g.dst_channels; ++item) {
    const std::int64_t oc = item % g.dst_channels;
    const std::int64_t first =
        (item / g.dst_channels) * g.src_channels + oc / group_dst * group_src;
    double* const to = dst.data() + item * dst_volume;
    const double start =
        bias == nullptr ? 0.0
                        : static_cast<double>(bias->data<float>()[static_cast<std::size_t>(oc)]);
    std::fill(to, to + dst_volume, start);
    for (std::int64_t ic = 0; ic < group_src; ++ic) {
      add_channel(g, reaches, src.data() + (first + ic) * src_volume,
                  weights.data() + (oc * group_src + ic) * taps, to);
    }
  }
  return dst;
}

Shape dst_shape(const Conv& conv, const Tensor& src, const Tensor& weights) {
  return infer_shape(conv, {src.shape(), weights.shape()}, "conv");
}

}  // namespace

Tensor reference_conv(const Conv& conv, const Tensor& src, const Tensor& weights,
                      const Tensor* bias) {
  const Shape shape = dst_shape(conv, src, weights);
  const Geometry geometry(conv, src.shape(), weights.shape(), shape);
  return to_f32(convolve(geometry, to_double(src), to_double(weights), bias), shape);
}

Tensor exact_conv(const Conv& conv, const Tensor& src, const QuantParams& params,
                  const Tensor& weights) {
  const Shape shape = dst_shape(conv, src, weights);
  const Geometry geometry(conv, src.shape(), weights.shape(), shape);
  return to_s32(
      convolve(geometry, centred_to_double(src, params), integers_to_double(weights), nullptr),
      shape, "conv");
}

}  // namespace caloquant
