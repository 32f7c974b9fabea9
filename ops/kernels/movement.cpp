#include "ops/kernels/movement.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ops/core/check.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/grid.hpp"

namespace caloquant {
namespace {

template <typename T>
void quantize_typed(std::span<const float> src, T* dst, const QuantParams& params) {
  const QRange range = range_of(params);
  const auto low = static_cast<float>(range.low - params.zero_point);
  const auto high = static_cast<float>(range.high - params.zero_point);
  // Adding 1.5 * 2^23 rounds to an integer, half to even, for |x| < 2^22: vectorises everywhere.
  constexpr float rounder = 12582912.0F;
  const float scale = params.scale;
  const std::int32_t zero = params.zero_point;
  const auto count = static_cast<std::int64_t>(src.size());
  const float* values = src.data();
#pragma omp parallel for simd num_threads(team_size()) if (count > parallel_from)
  for (std::int64_t i = 0; i < count; ++i) {
    const float steps = values[i] / scale;
    const float above = steps > low ? steps : low;  // NaN becomes low
    const float inside = above < high ? above : high;
    const float rounded = (inside + rounder) - rounder;
    dst[i] = static_cast<T>(static_cast<std::int32_t>(rounded) + zero);
  }
}

/// Extents and strides of up to 6 axes, with leading axes of 1.
constexpr std::size_t max_rank = 6;
using Axes = std::array<std::int64_t, max_rank>;

Axes padded(const Shape& values, std::int64_t filler) {
  CALOQUANT_EXPECT(values.size() <= max_rank);
  Axes axes;
  axes.fill(filler);
  std::copy_backward(values.begin(), values.end(), axes.end());
  return axes;
}

template <typename T>
void transpose_typed(const T* src, T* dst, const Axes& extents, const Axes& strides) {
  const std::int64_t outer = extents[0] * extents[1] * extents[2] * extents[3];
#pragma omp parallel for num_threads(team_size()) if (outer * extents[4] * extents[5] > \
                                                      parallel_from)
  for (std::int64_t o = 0; o < outer; ++o) {
    std::int64_t rest = o;
    std::int64_t from = 0;
    for (std::size_t axis = 4; axis-- > 0;) {
      from += rest % extents[axis] * strides[axis];
      rest /= extents[axis];
    }
    T* into = dst + o * extents[4] * extents[5];
    for (std::int64_t i = 0; i < extents[4]; ++i) {
      const T* row = src + from + i * strides[4];
      for (std::int64_t j = 0; j < extents[5]; ++j) {
        *into++ = row[j * strides[5]];
      }
    }
  }
}

void repeat_pixels(const std::byte* src, std::byte* dst, std::int64_t pixels, std::int64_t factor,
                   std::size_t bytes) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (std::int64_t copy = 0; copy < factor; ++copy) {
      std::memcpy(dst, src, bytes);
      dst += bytes;
    }
    src += bytes;
  }
}

/// The cells of one pooling window along one axis, clipped to src.
struct Window {
  std::int64_t begin;
  std::int64_t end;
};
Window window(std::int64_t at, std::int64_t stride, std::int64_t pad, std::int64_t kernel,
              std::int64_t extent) {
  const std::int64_t first = at * stride - pad;
  return {std::max<std::int64_t>(0, first), std::min(extent, first + kernel)};
}

/// Calls f(cell) for every src cell of the windows: its channels.
template <typename F>
void for_each_cell(const float* image, const Grid& grid, const std::array<Window, 3>& windows,
                   F&& f) {
  for (std::int64_t d = windows[0].begin; d < windows[0].end; ++d) {
    for (std::int64_t h = windows[1].begin; h < windows[1].end; ++h) {
      for (std::int64_t w = windows[2].begin; w < windows[2].end; ++w) {
        f(image + ((d * grid.space[1] + h) * grid.space[2] + w) * grid.channels);
      }
    }
  }
}

void max_cell(const float* image, float* into, const Grid& grid,
              const std::array<Window, 3>& windows) {
  bool is_first = true;
  for_each_cell(image, grid, windows, [&](const float* cell) {
    for (std::int64_t c = 0; c < grid.channels; ++c) {
      into[c] = is_first ? cell[c] : std::max(into[c], cell[c]);
    }
    is_first = false;
  });
}

/// Sums in double: a window may be a whole image (ReduceSum, global pooling), whose f32 sum would
/// lose two digits.
void average_cell(const float* image, float* into, const Grid& grid,
                  const std::array<Window, 3>& windows) {
  constexpr std::int64_t block = 32;
  for (std::int64_t first = 0; first < grid.channels; first += block) {
    const std::int64_t channels = std::min(block, grid.channels - first);
    std::array<double, block> sums{};
    std::int64_t inside = 0;
    for_each_cell(image, grid, windows, [&](const float* cell) {
      for (std::int64_t c = 0; c < channels; ++c) {
        sums[static_cast<std::size_t>(c)] += static_cast<double>(cell[first + c]);
      }
      ++inside;
    });
    for (std::int64_t c = 0; c < channels; ++c) {
      into[first + c] =
          static_cast<float>(sums[static_cast<std::size_t>(c)] / static_cast<double>(inside));
    }
  }
}

}  // namespace

void quantize_cells(std::span<const float> src, std::byte* dst, const QuantParams& params) {
  switch (params.dtype) {
    case DType::u8:
      return quantize_typed(src, reinterpret_cast<std::uint8_t*>(dst), params);
    case DType::s8:
      return quantize_typed(src, reinterpret_cast<std::int8_t*>(dst), params);
    case DType::s16:
      return quantize_typed(src, reinterpret_cast<std::int16_t*>(dst), params);
    case DType::bf16:
      std::transform(src.begin(), src.end(), reinterpret_cast<float*>(dst), round_to_bf16);
      return;
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
      break;
  }
  CALOQUANT_EXPECT(false && "not a code of activations");
}

void transpose_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                     const std::vector<std::int64_t>& permutation, std::size_t element) {
  Shape src_strides(src_shape.size(), 1);
  for (std::size_t i = src_shape.size(); i-- > 1;) {
    src_strides[i - 1] = src_strides[i] * src_shape[i];
  }
  Shape extents;
  Shape strides;
  for (const std::int64_t axis : permutation) {
    extents.push_back(src_shape[static_cast<std::size_t>(axis)]);
    strides.push_back(src_strides[static_cast<std::size_t>(axis)]);
  }
  const Axes all_extents = padded(extents, 1);
  const Axes all_strides = padded(strides, 0);
  if (element == 1) {
    transpose_typed(reinterpret_cast<const std::uint8_t*>(src),
                    reinterpret_cast<std::uint8_t*>(dst), all_extents, all_strides);
  } else if (element == 2) {
    transpose_typed(reinterpret_cast<const std::uint16_t*>(src),
                    reinterpret_cast<std::uint16_t*>(dst), all_extents, all_strides);
  } else {
    CALOQUANT_EXPECT(element == 4);
    transpose_typed(reinterpret_cast<const float*>(src), reinterpret_cast<float*>(dst), all_extents,
                    all_strides);
  }
}

void upsample_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                    const Shape& factors, std::size_t element) {
  const Grid grid(src_shape);
  const auto factor = spatial(factors, 1);
  const std::size_t pixel = static_cast<std::size_t>(grid.channels) * element;
  const std::size_t src_row = pixel * static_cast<std::size_t>(grid.space[2]);
  const std::size_t dst_row = src_row * static_cast<std::size_t>(factor[2]);
  const std::int64_t rows = grid.n * grid.space[0] * grid.space[1];
  const std::int64_t copies = factor[0] * factor[1];
#pragma omp parallel for num_threads( \
    team_size()) if (rows * copies * static_cast <std::int64_t>(dst_row) > parallel_from)
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t h = row % grid.space[1];
    const std::int64_t plane = row / grid.space[1];  // n * D + d: factors keep the images apart
    const std::int64_t dst_h = grid.space[1] * factor[1];
    const auto at = [&](std::int64_t d, std::int64_t y) {
      const std::int64_t index = (plane * factor[0] + d) * dst_h + h * factor[1] + y;
      return dst + static_cast<std::size_t>(index) * dst_row;
    };
    std::byte* first = at(0, 0);
    repeat_pixels(src + static_cast<std::size_t>(row) * src_row, first, grid.space[2], factor[2],
                  pixel);
    for (std::int64_t copy = 1; copy < copies; ++copy) {
      std::memcpy(at(copy / factor[1], copy % factor[1]), first, dst_row);
    }
  }
}

void pad_cells(const std::byte* src, std::byte* dst, const Shape& src_shape, const Shape& begin,
               const Shape& end, std::size_t element, std::byte fill) {
  const Axes extents = padded(src_shape, 1);
  const Axes before = padded(begin, 0);
  const Axes after = padded(end, 0);
  Axes padded_extents{};
  std::int64_t total = static_cast<std::int64_t>(element);
  for (std::size_t i = 0; i < max_rank; ++i) {
    padded_extents[i] = extents[i] + before[i] + after[i];
    total *= padded_extents[i];
  }
  std::memset(dst, static_cast<int>(fill), static_cast<std::size_t>(total));
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < max_rank; ++i) {
    rows *= extents[i];
  }
  const std::size_t bytes = static_cast<std::size_t>(extents[max_rank - 1]) * element;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t rest = row;
    std::int64_t into = before[max_rank - 1];
    std::int64_t stride = padded_extents[max_rank - 1];
    for (std::size_t axis = max_rank - 1; axis-- > 0;) {
      into += (rest % extents[axis] + before[axis]) * stride;
      rest /= extents[axis];
      stride *= padded_extents[axis];
    }
    std::memcpy(dst + static_cast<std::size_t>(into) * element,
                src + static_cast<std::size_t>(row) * bytes, bytes);
  }
}

void pool_cells(const Pool& pool, const float* src, float* dst, const Shape& src_shape,
                const Shape& dst_shape) {
  const Grid from(src_shape);
  const Grid to(dst_shape);
  const auto kernel = spatial(pool.kernel, 1);
  const auto strides = spatial(pool.strides, 1);
  const auto pads = spatial(pool.pads_begin, 0);
  const std::int64_t image = from.space[0] * from.space[1] * from.space[2] * from.channels;
  const std::int64_t rows = to.n * to.space[0] * to.space[1];
#pragma omp parallel for num_threads(team_size()) if (rows * to.space[2] * to.channels > \
                                                      parallel_from)
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t n = row / (to.space[0] * to.space[1]);
    const std::int64_t d = row / to.space[1] % to.space[0];
    const std::int64_t h = row % to.space[1];
    for (std::int64_t w = 0; w < to.space[2]; ++w) {
      const auto pool_cell = pool.kind == PoolKind::max ? max_cell : average_cell;
      pool_cell(src + n * image, dst + (row * to.space[2] + w) * to.channels, from,
                {window(d, strides[0], pads[0], kernel[0], from.space[0]),
                 window(h, strides[1], pads[1], kernel[1], from.space[1]),
                 window(w, strides[2], pads[2], kernel[2], from.space[2])});
    }
  }
}

void affine_cells(std::span<const float> src, std::span<float> dst, std::span<const float> mul,
                  std::span<const float> add) {
  const std::size_t channels = mul.size();
  const auto pixels = static_cast<std::int64_t>(src.size() / channels);
#pragma omp parallel for num_threads(team_size()) if (static_cast <std::int64_t>(src.size()) > \
                                                      parallel_from)
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    const std::size_t offset = static_cast<std::size_t>(pixel) * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      dst[offset + c] = mul[c] * src[offset + c] + add[c];
    }
  }
}

void concat_part(const std::byte* src, std::byte* dst, std::int64_t outer, std::int64_t extent,
                 std::int64_t total, std::int64_t offset, std::size_t inner) {
  const std::size_t bytes = static_cast<std::size_t>(extent) * inner;
  for (std::int64_t block = 0; block < outer; ++block) {
    std::memcpy(dst + static_cast<std::size_t>(block * total + offset) * inner,
                src + static_cast<std::size_t>(block) * bytes, bytes);
  }
}

}  // namespace caloquant
