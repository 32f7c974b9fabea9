#include "ops/kernels/direct/packed.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ops/core/check.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

using direct::Lane;

constexpr std::int32_t s8_shift = 128;  ///< u8x4 lanes hold s8 tensors as q + 128

std::uint32_t lane_of(Lane lane, const std::array<std::int32_t, 4>& stored) {
  const auto bits = [&](std::size_t i) { return static_cast<std::uint32_t>(stored[i]); };
  if (lane == Lane::s16x2) {
    return (bits(0) & 0xFFFFU) | (bits(1) << 16U);
  }
  return (bits(0) & 0xFFU) | ((bits(1) & 0xFFU) << 8U) | ((bits(2) & 0xFFU) << 16U) |
         (bits(3) << 24U);
}

std::int32_t channel_of(Lane lane, std::uint32_t bits, std::int64_t channel) {
  if (lane == Lane::s16x2) {
    return static_cast<std::int16_t>(bits >> (16U * static_cast<unsigned>(channel)));
  }
  return static_cast<std::uint8_t>(bits >> (8U * static_cast<unsigned>(channel)));
}

/// What pack_cells() reads.
struct CellSource {
  const std::byte* src;
  DType dtype;
  Lane lane;
  const QuantParams& quant;
};

/// Strides of src in cells.
struct CellStrides {
  std::int64_t image;
  std::int64_t channel;
  std::int64_t cell;
};

CellStrides strides_of(const PackedTensor& tensor, CellOrder order) {
  const std::int64_t cells = tensor.space[0] * tensor.space[1] * tensor.space[2];
  return order == CellOrder::channels_first
             ? CellStrides{cells * tensor.channels, cells, 1}
             : CellStrides{cells * tensor.channels, 1, tensor.channels};
}

constexpr std::int64_t chunk_cells = 64;

/// quantize() of neighbouring cells, in steps from the zero point; written so that it vectorises:
/// adding 1.5 * 2^23 rounds half to even for |x| < 2^22.
void steps_of(const float* src, std::int64_t count, const QuantParams& quant, std::int32_t* steps) {
  const QRange range = range_of(quant);
  const auto low = static_cast<float>(range.low - quant.zero_point);
  const auto high = static_cast<float>(range.high - quant.zero_point);
  constexpr float rounder = 12582912.0F;
  const float scale = quant.scale;
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = src[i] / scale;
    const float above = x > low ? x : low;  // NaN becomes low
    const float inside = above < high ? above : high;
    steps[i] = static_cast<std::int32_t>((inside + rounder) - rounder);
  }
}

/// Integers q of cells that lie `stride` apart, in steps from the zero point.
template <typename T>
void steps_of(const T* src, std::int64_t stride, std::int64_t count, const QuantParams& quant,
              std::int32_t* steps) {
  for (std::int64_t i = 0; i < count; ++i) {
    steps[i] = static_cast<std::int32_t>(src[i * stride]) - quant.zero_point;
  }
}

/// The same of cells of any type, f32 ones quantized.
void read_steps(const CellSource& source, std::int64_t first, std::int64_t stride,
                std::int64_t count, std::int32_t* steps) {
  switch (source.dtype) {
    case DType::u8:
      return steps_of(reinterpret_cast<const std::uint8_t*>(source.src) + first, stride, count,
                      source.quant, steps);
    case DType::s8:
      return steps_of(reinterpret_cast<const std::int8_t*>(source.src) + first, stride, count,
                      source.quant, steps);
    case DType::s16:
      return steps_of(reinterpret_cast<const std::int16_t*>(source.src) + first, stride, count,
                      source.quant, steps);
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
    case DType::bf16:
      break;
  }
  const auto* floats = reinterpret_cast<const float*>(source.src) + first;
  if (stride == 1) {
    return steps_of(floats, count, source.quant, steps);
  }
  std::array<float, chunk_cells> neighbours{};
  for (std::int64_t i = 0; i < count; ++i) {
    neighbours[static_cast<std::size_t>(i)] = floats[i * stride];
  }
  steps_of(neighbours.data(), count, source.quant, steps);
}

/// A row of cells into integer lanes.
void pack_integers(const CellSource& source, std::int64_t first, const CellStrides& strides,
                   std::int64_t channels, std::uint32_t* dst, std::int64_t width) {
  const std::int32_t zero = stored_integer(source.lane, source.quant.zero_point, source.quant);
  const unsigned bits = source.lane == Lane::s16x2 ? 16U : 8U;
  const std::uint32_t mask = (1U << bits) - 1U;
  std::array<std::int32_t, chunk_cells> steps{};
  for (std::int64_t at = 0; at < width; at += chunk_cells) {
    const std::int64_t count = std::min(chunk_cells, width - at);
    std::uint32_t* lanes = dst + at;
    std::fill(lanes, lanes + count, 0U);
    for (std::int64_t c = 0; c < channels; ++c) {
      read_steps(source, first + at * strides.cell + c * strides.channel, strides.cell, count,
                 steps.data());
      const unsigned shift = bits * static_cast<unsigned>(c);
      for (std::int64_t w = 0; w < count; ++w) {
        lanes[w] |= (static_cast<std::uint32_t>(steps[static_cast<std::size_t>(w)] + zero) & mask)
                    << shift;
      }
    }
  }
}

void pack_row(const CellSource& source, std::int64_t first, const CellStrides& strides,
              std::int64_t channels, std::uint32_t* dst, std::int64_t width) {
  if (source.lane != Lane::f32) {
    pack_integers(source, first, strides, channels, dst, width);
    return;
  }
  const auto* floats = reinterpret_cast<const float*>(source.src) + first;
  if (source.quant.dtype == DType::bf16) {
    for (std::int64_t w = 0; w < width; ++w) {
      dst[w] = std::bit_cast<std::uint32_t>(round_to_bf16(floats[w * strides.cell]));
    }
  } else if (strides.cell == 1) {
    std::memcpy(dst, floats, static_cast<std::size_t>(width) * sizeof(float));
  } else {
    for (std::int64_t w = 0; w < width; ++w) {
      dst[w] = std::bit_cast<std::uint32_t>(floats[w * strides.cell]);
    }
  }
}

}  // namespace

Triple triple_of(std::span<const std::int64_t> values, std::int64_t filler) {
  CALOQUANT_EXPECT(values.size() <= 3);
  Triple result{filler, filler, filler};
  std::copy(values.begin(), values.end(),
            result.end() - static_cast<std::ptrdiff_t>(values.size()));
  return result;
}

std::int32_t stored_integer(Lane lane, std::int32_t q, const QuantParams& quant) {
  if (lane == Lane::s16x2) {
    return q - quant.zero_point;
  }
  return quant.dtype == DType::s8 ? q + s8_shift : q;
}

std::int32_t unstored_integer(Lane lane, std::int32_t stored, const QuantParams& quant) {
  if (lane == Lane::s16x2) {
    return stored + quant.zero_point;
  }
  return quant.dtype == DType::s8 ? stored - s8_shift : stored;
}

std::uint32_t zero_lane(Lane lane, const std::optional<QuantParams>& quant) {
  if (lane == Lane::f32) {
    return 0;
  }
  CALOQUANT_EXPECT(quant.has_value());
  const std::int32_t zero = stored_integer(lane, quant->zero_point, *quant);
  return lane_of(lane, {zero, zero, zero, zero});
}

void fill_halo(const PackedTensor& tensor, std::uint32_t* group, std::uint32_t zero) {
  const auto fill = [&](std::int64_t from, std::int64_t to) {
    std::fill(group + from, group + to, zero);
  };
  const std::int64_t row = tensor.row();
  fill(0, tensor.halo_begin[0] * tensor.plane());
  fill((tensor.halo_begin[0] + tensor.space[0]) * tensor.plane(), tensor.group());
  for (std::int64_t d = 0; d < tensor.space[0]; ++d) {
    const std::int64_t plane = (tensor.halo_begin[0] + d) * tensor.plane();
    fill(plane, plane + tensor.halo_begin[1] * row);
    fill(plane + (tensor.halo_begin[1] + tensor.space[1]) * row, plane + tensor.plane());
    for (std::int64_t h = 0; h < tensor.space[1]; ++h) {
      const std::int64_t first = plane + (tensor.halo_begin[1] + h) * row;
      fill(first, first + tensor.halo_begin[2]);
      fill(first + tensor.halo_begin[2] + tensor.space[2], first + row);
    }
  }
}

void pack_cells(const std::byte* src, DType src_dtype, CellOrder order, std::uint32_t* dst,
                const PackedTensor& tensor, const std::optional<QuantParams>& quant,
                std::int64_t images) {
  const CellStrides strides = strides_of(tensor, order);
  const std::int64_t groups = tensor.groups();
  const std::int64_t per_lane = direct::channels_in(tensor.lane);
  const QuantParams params = quant.value_or(QuantParams{});
  const CellSource source{src, src_dtype, tensor.lane, params};
  const std::uint32_t zero = zero_lane(tensor.lane, quant);
#pragma omp parallel for num_threads(team_size()) schedule(static)
  for (std::int64_t task = 0; task < images * groups; ++task) {
    const std::int64_t group = task % groups;
    std::uint32_t* into = dst + task * tensor.group();
    fill_halo(tensor, into, zero);
    const std::int64_t channels = std::min(per_lane, tensor.channels - group * per_lane);
    const std::int64_t first = task / groups * strides.image + group * per_lane * strides.channel;
    for (std::int64_t row = 0; row < tensor.space[0] * tensor.space[1]; ++row) {
      const std::int64_t place = tensor.at(row / tensor.space[1], row % tensor.space[1], 0);
      pack_row(source, first + row * tensor.space[2] * strides.cell, strides, channels,
               into + place, tensor.space[2]);
    }
  }
}

Tensor unpacked(const std::byte* src, const PackedTensor& tensor,
                const std::optional<QuantParams>& quant, std::int64_t images) {
  const bool integer = tensor.lane != Lane::f32;
  Tensor result(integer ? quant->dtype : DType::f32,
                {images, tensor.channels, tensor.space[0], tensor.space[1], tensor.space[2]});
  const auto* lanes = reinterpret_cast<const std::uint32_t*>(src);
  const std::int64_t per_lane = direct::channels_in(tensor.lane);
  std::size_t index = 0;
  for (std::int64_t channel = 0; channel < images * tensor.channels; ++channel) {
    const std::int64_t c = channel % tensor.channels;
    const std::int64_t first =
        channel / tensor.channels * tensor.image() + c / per_lane * tensor.group();
    for (std::int64_t cell = 0; cell < tensor.space[0] * tensor.space[1] * tensor.space[2];
         ++cell, ++index) {
      const std::int64_t d = cell / (tensor.space[1] * tensor.space[2]);
      const std::int64_t h = cell / tensor.space[2] % tensor.space[1];
      const std::uint32_t bits = lanes[first + tensor.at(d, h, cell % tensor.space[2])];
      if (!integer) {
        result.data<float>()[index] = std::bit_cast<float>(bits);
      } else {
        const std::int32_t q =
            unstored_integer(tensor.lane, channel_of(tensor.lane, bits, c % per_lane), *quant);
        if (quant->dtype == DType::s16) {
          result.data<std::int16_t>()[index] = static_cast<std::int16_t>(q);
        } else {
          result.raw()[index] = static_cast<std::byte>(q);
        }
      }
    }
  }
  return result;
}

}  // namespace caloquant
