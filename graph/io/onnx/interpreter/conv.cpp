// Conv, ConvInteger, QLinearConv. Sums are taken in double: rounded once for floats, exact for
// integers (products of 8 bits, so 2^37 of them stay below 2^53).

#include <algorithm>
#include <cmath>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/quantization.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "graph/io/onnx/interpreter/window.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant::onnx {
namespace {

struct Problem {
  Window window;
  std::int64_t batch = 1;
  std::int64_t groups = 1;
  std::int64_t in_channels = 1;   ///< per group
  std::int64_t out_channels = 1;  ///< per group

  [[nodiscard]] Shape dst_dims() const { return window.dst_dims(batch, groups * out_channels); }
};

Problem problem_of(const Call& call, const Array& src, const Array& weights) {
  call.require(weights.rank() >= 3, "has weights " + describe(weights) + ", needs [O, I, ...]");
  const Shape& w = weights.dims();
  const Shape kernel(w.begin() + 2, w.end());
  call.require(call.integers("kernel_shape").value_or(kernel) == kernel,
               "has a kernel_shape that its weights " + describe(weights) + " contradict");
  Problem problem;
  problem.window = forward_window(call, src.dims(), kernel);
  problem.batch = src.dims()[0];
  problem.groups = call.integer("group", 1);
  call.require(problem.groups >= 1 && w[0] % problem.groups == 0 &&
                   src.dims()[1] % problem.groups == 0 && src.dims()[1] / problem.groups == w[1],
               "weights " + describe(weights) + " in " + counted(problem.groups, "group") +
                   " do not fit src " + describe(src));
  problem.in_channels = w[1];
  problem.out_channels = w[0] / problem.groups;
  const Shape dims = problem.dst_dims();
  call.check_size(ElementType::f64, dims);
  call.charge(static_cast<double>(element_count(dims)) *
              static_cast<double>(w[1] * problem.window.kernel_cells()));
  return problem;
}

/// Rows [first_row, last_row) of one plane of dst: few enough to stay in the nearest cache while
/// all channels and kernel entries add to them.
struct Strip {
  std::int64_t plane = 0;
  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
};
constexpr std::int64_t strip_cells = 2048;

/// dst cells whose src cell exists, along one axis, and the src cell of dst cell 0.
struct Reach {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t shift = 0;
};

Reach reach_of(const WindowAxis& axis, std::int64_t entry) {
  Reach reach;
  reach.shift = entry * axis.dilation - axis.pad_begin;
  reach.first = reach.shift >= 0 ? 0 : (-reach.shift + axis.stride - 1) / axis.stride;
  const std::int64_t room = axis.src - 1 - reach.shift;
  reach.last = room < 0 ? 0 : std::min(axis.dst, room / axis.stride + 1);
  return reach;
}

/// dst += the contribution of one kernel entry of one channel, in one strip.
void add_entry(const Window& window, const std::array<std::int64_t, 3>& entry, const Strip& strip,
               double weight, const double* src, double* dst) {
  const Reach z = reach_of(window[0], entry[0]);
  const Reach y = reach_of(window[1], entry[1]);
  const Reach x = reach_of(window[2], entry[2]);
  if (strip.plane < z.first || strip.plane >= z.last) {
    return;
  }
  const std::int64_t plane = (strip.plane * window[0].stride + z.shift) * window[1].src;
  const std::int64_t stride = window[2].stride;
  const std::int64_t last = std::min(y.last, strip.last_row);
  for (std::int64_t row = std::max(y.first, strip.first_row); row < last; ++row) {
    const double* from = src + (plane + row * window[1].stride + y.shift) * window[2].src + x.shift;
    double* to = dst + (strip.plane * window[1].dst + row) * window[2].dst;
    if (stride == 1) {
#pragma omp simd
      for (std::int64_t cell = x.first; cell < x.last; ++cell) {
        to[cell] += weight * from[cell];
      }
      continue;
    }
    for (std::int64_t cell = x.first; cell < x.last; ++cell) {
      to[cell] += weight * from[cell * stride];
    }
  }
}

void convolve_strip(const Problem& problem, const Strip& strip, const double* src,
                    const double* weights, double* dst) {
  const Window& window = problem.window;
  for (std::int64_t channel = 0; channel < problem.in_channels; ++channel) {
    const double* from = src + channel * window.src_cells();
    for (std::int64_t d = 0; d < window[0].kernel; ++d) {
      for (std::int64_t h = 0; h < window[1].kernel; ++h) {
        for (std::int64_t w = 0; w < window[2].kernel; ++w) {
          add_entry(window, {d, h, w}, strip, *weights++, from, dst);
        }
      }
    }
  }
}

void convolve_channel(const Problem& problem, const double* src, const double* weights,
                      double* dst) {
  const Window& window = problem.window;
  const std::int64_t rows = std::max<std::int64_t>(1, strip_cells / window[2].dst);
  for (std::int64_t plane = 0; plane < window[0].dst; ++plane) {
    for (std::int64_t row = 0; row < window[1].dst; row += rows) {
      convolve_strip(problem, {plane, row, std::min(row + rows, window[1].dst)}, src, weights, dst);
    }
  }
}

/// Sums of src x weights as [N, O, ...] doubles. Every sum is taken by one thread in one order.
std::vector<double> convolve(const Problem& problem, const std::vector<double>& src,
                             const std::vector<double>& weights) {
  const Shape dims = problem.dst_dims();
  const std::int64_t fan_in = problem.in_channels * problem.window.kernel_cells();
  std::vector<double> dst(static_cast<std::size_t>(element_count(dims)), 0.0);
  const std::int64_t cells = problem.window.dst_cells();
  const std::int64_t channels = problem.groups * problem.out_channels;
#pragma omp parallel for num_threads(team_size()) if (element_count(dims) * fan_in > 1000000)
  for (std::int64_t i = 0; i < problem.batch * channels; ++i) {
    const std::int64_t image = i / channels * problem.groups + i % channels / problem.out_channels;
    convolve_channel(problem, src.data() + image * problem.in_channels * problem.window.src_cells(),
                     weights.data() + i % channels * fan_in, dst.data() + i * cells);
  }
  return dst;
}

/// Adds bias[o] to [N, O, cells].
void add_bias(const Call& call, const Problem& problem, const Array* bias,
              std::vector<double>& dst) {
  if (bias == nullptr) {
    return;
  }
  const std::int64_t channels = problem.groups * problem.out_channels;
  call.require(bias->dims() == Shape{channels},
               "has a bias " + describe(*bias) + " for " + counted(channels, "channel"));
  const std::vector<double> values = to_doubles(call, *bias);
  const auto cells = static_cast<std::size_t>(problem.window.dst_cells());
  for (std::size_t i = 0; i < dst.size(); ++i) {
    dst[i] += values[i / cells % static_cast<std::size_t>(channels)];
  }
}

}  // namespace

Results conv(const Call& call) {
  const Array& src = call.input(0);
  const Array& weights = call.input(1);
  call.require(weights.type() == src.type(), "has src " + describe(src) + " and weights " +
                                                 describe(weights) + " of different types");
  const Problem problem = problem_of(call, src, weights);
  std::vector<double> dst = convolve(problem, to_doubles(call, src), to_doubles(call, weights));
  add_bias(call, problem, call.optional(2), dst);
  return {from_doubles(call, src.type(), problem.dst_dims(), dst)};
}

Results conv_integer(const Call& call) {
  const Array& src = call.input(0);
  const Array& weights = call.input(1);
  const Problem problem = problem_of(call, src, weights);
  const auto sums = convolve(problem, without_zero_point(call, src, call.optional(2), {}),
                             without_zero_point(call, weights, call.optional(3), 0));
  return {wrapped_s32(call, problem.dst_dims(), sums)};
}

Results qlinear_conv(const Call& call) {
  const Array& src = call.input(0);
  const Array& weights = call.input(3);
  const Problem problem = problem_of(call, src, weights);
  std::vector<double> sums = convolve(problem, without_zero_point(call, src, call.optional(2), {}),
                                      without_zero_point(call, weights, call.optional(5), 0));
  add_bias(call, problem, call.optional(8), sums);
  const Shape dims = problem.dst_dims();
  return {requantize(call, dims, sums, {scales_of(call, 1), scales_of(call, 4), scales_of(call, 6)},
                     call.input(7), 1)};
}

}  // namespace caloquant::onnx
