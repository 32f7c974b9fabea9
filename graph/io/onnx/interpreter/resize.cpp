// Resize and Upsample: one axis after the other, every dst cell a weighted sum of src cells, in
// double. The weights are those of onnx/reference/ops/op_resize.py.

#include "graph/io/onnx/interpreter/resize_plan.hpp"

#include <algorithm>
#include <cmath>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

/// One dst cell of one axis: src cells first, first + 1, ... with these weights; none: outside.
struct Taps {
  std::int64_t first = 0;
  std::vector<double> weights;
};

/// Keys' cubic.
double cubic(double x, double a) {
  const double d = std::fabs(x);
  if (d <= 1.0) {
    return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  }
  return d < 2.0 ? ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a : 0.0;
}

/// Weights of linear or cubic around x; with antialias the kernel is stretched when shrinking.
Taps kernel_taps(const ResizePlan& plan, const ResizeAxis& axis, double x) {
  const double radius = plan.mode == "linear" ? 1.0 : 2.0;
  const double scale = plan.antialias ? std::min(axis.scale, 1.0) : 1.0;
  const auto reach = static_cast<std::int64_t>(std::ceil(radius / scale));
  const auto cell = static_cast<std::int64_t>(std::floor(x));
  Taps taps{cell - reach + 1, {}};
  for (std::int64_t i = taps.first; i <= cell + reach; ++i) {
    const double distance = (static_cast<double>(i) - x) * scale;
    taps.weights.push_back(plan.mode == "linear" ? std::max(0.0, 1.0 - std::fabs(distance))
                                                 : cubic(distance, plan.cubic_a));
  }
  return taps;
}

void normalise(std::vector<double>& weights) {
  double sum = 0.0;
  for (const double weight : weights) {
    sum += weight;
  }
  std::for_each(weights.begin(), weights.end(), [&](double& weight) { weight /= sum; });
}

Taps taps_of(const ResizePlan& plan, const ResizeAxis& axis, std::int64_t at) {
  const double x = source_coordinate(plan, axis, at);
  if (plan.coordinates == "tf_crop_and_resize" &&
      (x < 0.0 || x > static_cast<double>(axis.src - 1))) {
    return {};
  }
  if (plan.mode == "nearest") {
    return {std::clamp<std::int64_t>(nearest_cell(plan, axis, x), 0, axis.src - 1), {1.0}};
  }
  Taps taps = kernel_taps(plan, axis, x);
  if (plan.exclude_outside) {
    for (std::size_t i = 0; i < taps.weights.size(); ++i) {
      const std::int64_t cell = taps.first + static_cast<std::int64_t>(i);
      taps.weights[i] *= cell >= 0 && cell < axis.src ? 1.0 : 0.0;
    }
  }
  if (plan.exclude_outside || plan.antialias) {
    normalise(taps.weights);
  }
  return taps;
}

struct ResizedValues {
  Shape dims;
  std::vector<double> data;
};

ResizedValues resize_axis(const Call& call, const ResizePlan& plan, std::size_t index,
                          ResizedValues src) {
  const ResizeAxis& axis = plan.axes[index];
  ResizedValues dst{src.dims, {}};
  dst.dims[index] = axis.dst;
  call.check_size(ElementType::f64, dst.dims);
  std::int64_t inner = 1;
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < src.dims.size(); ++i) {
    inner *= i > index ? src.dims[i] : 1;
    outer *= i < index ? src.dims[i] : 1;
  }
  dst.data.assign(static_cast<std::size_t>(element_count(dst.dims)), 0.0);
  for (std::int64_t at = 0; at < axis.dst; ++at) {
    const Taps taps = taps_of(plan, axis, at);
    call.charge(static_cast<double>(inner * outer) *
                static_cast<double>(std::max<std::size_t>(1, taps.weights.size())));
    for (std::int64_t o = 0; o < outer; ++o) {
      double* to = dst.data.data() + (o * axis.dst + at) * inner;
      if (taps.weights.empty()) {
        std::fill_n(to, inner, plan.extrapolation);
      }
      for (std::size_t t = 0; t < taps.weights.size(); ++t) {
        const std::int64_t cell =
            std::clamp<std::int64_t>(taps.first + static_cast<std::int64_t>(t), 0, axis.src - 1);
        const double* from = src.data.data() + (o * axis.src + cell) * inner;
        for (std::int64_t i = 0; i < inner; ++i) {
          to[i] += taps.weights[t] * from[i];
        }
      }
    }
  }
  return dst;
}

Results apply(const Call& call, const ResizePlan& plan) {
  const Array& src = call.input(0);
  call.check_size(ElementType::f64, plan.dims());
  call.require(src.size() > 0, "has an empty src " + describe(src));
  ResizedValues values{src.dims(), to_doubles(call, src)};
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    if (!plan.axes[i].is_kept() || plan.coordinates == "tf_crop_and_resize") {
      values = resize_axis(call, plan, i, std::move(values));
    }
  }
  Array result = call.make(src.type(), plan.dims());
  visit_all(call, src.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(values.data.begin(), values.data.end(), result.data<T>().begin(), [](double x) {
      if constexpr (is_float_type<T>) {
        return store_double<T>(x);
      } else {
        return saturating<T>(x);
      }
    });
  });
  return {result};
}

}  // namespace

Results resize(const Call& call) {
  return apply(call, resize_plan(call, call.input(0).dims()));
}

Results upsample(const Call& call) {
  return apply(call, upsample_plan(call, call.input(0).dims()));
}

}  // namespace caloquant::onnx
