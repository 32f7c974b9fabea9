// MaxPool, AveragePool and their global forms.

#include <algorithm>
#include <limits>
#include <utility>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "graph/io/onnx/interpreter/window.hpp"

namespace caloquant::onnx {
namespace {

Shape kernel_attribute(const Call& call) {
  const auto kernel = call.integers("kernel_shape");
  call.require(kernel.has_value(), "has no kernel_shape");
  return *kernel;
}

/// One axis of a window: its cells first, first + dilation, ... that exist.
struct Cells {
  std::int64_t first = 0;
  std::int64_t count = 0;   ///< within src
  std::int64_t padded = 0;  ///< within src and its padding
};

Cells cells_of(const WindowAxis& axis, std::int64_t at) {
  const std::int64_t begin = at * axis.stride - axis.pad_begin;
  Cells cells;
  const std::int64_t skipped = begin >= 0 ? 0 : (-begin + axis.dilation - 1) / axis.dilation;
  cells.first = begin + skipped * axis.dilation;
  const auto until = [&](std::int64_t end) {
    return begin >= end ? 0 : std::min(axis.kernel, (end - 1 - begin) / axis.dilation + 1);
  };
  cells.count = std::max<std::int64_t>(0, until(axis.src) - skipped);
  cells.padded = until(axis.src + axis.pad_end);
  return cells;
}

/// What one window holds.
struct Seen {
  double sum = 0.0;
  double largest = -std::numeric_limits<double>::infinity();
  std::int64_t at = 0;  ///< of the first largest, within the channel
  std::int64_t cells = 0;
  std::int64_t padded = 0;
};

Seen look(const Window& window, const double* src, const std::array<Cells, 3>& cells) {
  Seen seen;
  seen.cells = cells[0].count * cells[1].count * cells[2].count;
  seen.padded = cells[0].padded * cells[1].padded * cells[2].padded;
  bool first = true;
  for (std::int64_t d = 0; d < cells[0].count; ++d) {
    const std::int64_t z = cells[0].first + d * window[0].dilation;
    for (std::int64_t h = 0; h < cells[1].count; ++h) {
      const std::int64_t y = cells[1].first + h * window[1].dilation;
      for (std::int64_t w = 0; w < cells[2].count; ++w) {
        const std::int64_t x = cells[2].first + w * window[2].dilation;
        const std::int64_t at = (z * window[1].src + y) * window[2].src + x;
        seen.sum += src[at];
        if (first || src[at] > seen.largest) {
          seen.largest = src[at];
          seen.at = at;
          first = false;
        }
      }
    }
  }
  return seen;
}

/// f(seen, channel) for every window of every channel, in the order of dst.
template <typename F>
void for_each_window(const Call& call, const Window& window, const std::vector<double>& src,
                     std::int64_t channels, F&& f) {
  call.check_size(ElementType::f64, window.dst_dims(channels, 1));
  call.charge(static_cast<double>(channels) * static_cast<double>(window.dst_cells()) *
              static_cast<double>(window.kernel_cells()));
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const double* from = src.data() + channel * window.src_cells();
    for (std::int64_t z = 0; z < window[0].dst; ++z) {
      for (std::int64_t y = 0; y < window[1].dst; ++y) {
        for (std::int64_t x = 0; x < window[2].dst; ++x) {
          f(look(window, from,
                 {cells_of(window[0], z), cells_of(window[1], y), cells_of(window[2], x)}),
            channel);
        }
      }
    }
  }
}

Array store(const Call& call, ElementType type, const Shape& dims,
            const std::vector<double>& values) {
  if (is_float(type)) {
    return from_doubles(call, type, dims, values);
  }
  Array result = call.make(type, dims);
  visit_integer(call, type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::transform(values.begin(), values.end(), result.data<T>().begin(),
                   [](double value) { return saturating<T>(value); });
  });
  return result;
}

/// Position within a channel, row-major or (storage_order 1) with the first spatial axis fastest.
std::int64_t storage_position(const Window& window, std::int64_t at, bool column_major) {
  if (!column_major) {
    return at;
  }
  const std::int64_t x = at % window[2].src;
  const std::int64_t y = at / window[2].src % window[1].src;
  const std::int64_t z = at / window[2].src / window[1].src;
  const std::size_t axes = window.axes;
  if (axes == 1) {
    return x;
  }
  return axes == 2 ? x * window[1].src + y : (x * window[1].src + y) * window[0].src + z;
}

Results global_pool(const Call& call, bool average) {
  const Array& src = call.input(0);
  call.require(src.rank() >= 3, "needs src [N, C, spatial...], has " + describe(src));
  Shape dims = src.dims();
  std::fill(dims.begin() + 2, dims.end(), 1);
  const auto outer = static_cast<std::size_t>(dims[0] * dims[1]);
  const std::vector<double> values = to_doubles(call, src);
  call.require(outer > 0 && !values.empty(), "has an empty src " + describe(src));
  const std::size_t cells = values.size() / outer;
  std::vector<double> result(outer);
  for (std::size_t i = 0; i < outer; ++i) {
    double sum = 0.0;
    double largest = values[i * cells];
    for (std::size_t k = 0; k < cells; ++k) {
      sum += values[i * cells + k];
      largest = std::max(largest, values[i * cells + k]);
    }
    result[i] = average ? sum / static_cast<double>(cells) : largest;
  }
  return {from_doubles(call, src.type(), dims, result)};
}

}  // namespace

Results max_pool(const Call& call) {
  const Array& src = call.input(0);
  const Window window =
      forward_window(call, src.dims(), kernel_attribute(call), call.integer("ceil_mode", 0) != 0);
  const bool column_major = call.integer("storage_order", 0) == 1;
  std::vector<double> values;
  std::vector<std::int64_t> indices;
  for_each_window(call, window, to_doubles(call, src), src.dims()[0] * src.dims()[1],
                  [&](const Seen& seen, std::int64_t channel) {
                    values.push_back(seen.largest);
                    indices.push_back(channel * window.src_cells() +
                                      storage_position(window, seen.at, column_major));
                  });
  const Shape dims = window.dst_dims(src.dims()[0], src.dims()[1]);
  Results results{store(call, src.type(), dims, values)};
  if (call.output_count() > 1) {
    results.push_back(Array::of<std::int64_t>(dims, indices));
  }
  return results;
}

Results average_pool(const Call& call) {
  const Array& src = call.input(0);
  const Window window =
      forward_window(call, src.dims(), kernel_attribute(call), call.integer("ceil_mode", 0) != 0);
  const bool with_pads = call.integer("count_include_pad", 0) != 0;
  std::vector<double> values;
  for_each_window(
      call, window, to_doubles(call, src), src.dims()[0] * src.dims()[1],
      [&](const Seen& seen, std::int64_t) {
        values.push_back(seen.sum / static_cast<double>(with_pads ? seen.padded : seen.cells));
      });
  const Shape dims = window.dst_dims(src.dims()[0], src.dims()[1]);
  return {from_doubles(call, src.type(), dims, values)};
}

Results global_average_pool(const Call& call) {
  return global_pool(call, true);
}
Results global_max_pool(const Call& call) {
  return global_pool(call, false);
}

}  // namespace caloquant::onnx
