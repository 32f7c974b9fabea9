// ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd over any axes.

#include <algorithm>
#include <limits>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/reduced_axes.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"

namespace caloquant::onnx {
namespace {

/// f(so far, value) from `start`, then finish(result, count); in double for floats, in s64 for
/// integers.
template <typename F, typename Finish>
Results reduce(const Call& call, std::int64_t axes_since, double start, F f, Finish finish) {
  const Array& src = call.input(0);
  const std::optional<std::vector<bool>> reduced = reduced_axes(call, src.rank(), axes_since);
  if (!reduced) {
    return {src};
  }
  Shape kept = src.dims();
  Shape dims;
  for (std::size_t i = 0; i < src.rank(); ++i) {
    kept[i] = (*reduced)[i] ? 1 : kept[i];
    if (!(*reduced)[i] || call.integer("keepdims", 1) != 0) {
      dims.push_back(kept[i]);
    }
  }
  call.check_size(ElementType::f64, kept);
  std::vector<double> values(static_cast<std::size_t>(element_count(kept)), start);
  const std::vector<double> from = to_doubles(call, src);
  View view{src.dims(), strides_of(kept), 0};
  for (std::size_t i = 0; i < src.rank(); ++i) {
    view.strides[i] = (*reduced)[i] ? 0 : view.strides[i];
  }
  for_each_element(view,
                   [&](std::size_t at, std::size_t to) { values[to] = f(values[to], from[at]); });
  const double count =
      values.empty() ? 1.0 : static_cast<double>(from.size()) / static_cast<double>(values.size());
  std::for_each(values.begin(), values.end(), [&](double& x) { x = finish(x, count); });
  Array result = call.make(src.type(), dims);
  visit_all(call, src.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(values.begin(), values.end(), result.data<T>().begin(), [](double x) {
      if constexpr (is_float_type<T>) {
        return store_double<T>(x);
      } else {
        return saturating<T>(x);
      }
    });
  });
  return {result};
}

double unchanged(double x, double) {
  return x;
}

}  // namespace

std::optional<std::vector<bool>> reduced_axes(const Call& call, std::size_t rank,
                                              std::int64_t axes_since) {
  std::optional<std::vector<std::int64_t>> axes;
  if (call.opset() >= axes_since) {
    if (call.optional(1) != nullptr) {
      axes = call.integers_input(1);
    }
  } else {
    axes = call.integers("axes");
  }
  std::vector<bool> reduced(rank, false);
  if (!axes || axes->empty()) {
    if (call.integer("noop_with_empty_axes", 0) != 0) {
      return std::nullopt;
    }
    reduced.assign(rank, true);
    return reduced;
  }
  for (const std::int64_t axis : *axes) {
    reduced[call.axis(axis, rank)] = true;
  }
  return reduced;
}

Results reduce_sum(const Call& call) {
  return reduce(
      call, 13, 0.0, [](double x, double y) { return x + y; }, unchanged);
}
Results reduce_mean(const Call& call) {
  return reduce(
      call, 18, 0.0, [](double x, double y) { return x + y; },
      [](double x, double count) { return x / count; });
}
Results reduce_max(const Call& call) {
  return reduce(
      call, 18, -std::numeric_limits<double>::infinity(),
      [](double x, double y) { return std::max(x, y); }, unchanged);
}
Results reduce_min(const Call& call) {
  return reduce(
      call, 18, std::numeric_limits<double>::infinity(),
      [](double x, double y) { return std::min(x, y); }, unchanged);
}
Results reduce_prod(const Call& call) {
  return reduce(
      call, 18, 1.0, [](double x, double y) { return x * y; }, unchanged);
}

}  // namespace caloquant::onnx
