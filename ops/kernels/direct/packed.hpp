#pragma once

#include <array>
#include <caloquant/qparams.hpp>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>

#include "ops/core/tensor.hpp"
#include "ops/kernels/direct/tiles.hpp"

namespace caloquant {

using Triple = std::array<std::int64_t, 3>;

/// Last entries of a vector of one to three spatial extents, with `filler` in front.
[[nodiscard]] Triple triple_of(std::span<const std::int64_t> values, std::int64_t filler);

/// A tensor as the direct kernels have it: [N, groups, D, H, W] of 32-bit lanes, each with one to
/// four channels of a cell (tiles.hpp), with a halo of zeros (the zero point) around space, so
/// that a convolution needs no special case at the border. Missing leading axes have extent 1.
///
/// Joined, integer lanes have no empty places where the channels of a cell do not fill whole lanes:
/// lane j of a cell holds the integers 4 j to 4 j + 3 (s16x2: 2 j and 2 j + 1) of a string, that of
/// the channels of this cell, of the next cell of the row, and so on. There are so many j as give
/// lanes that differ; the others are lanes of cells further on. So kw taps of six channels are nine
/// lanes in place of twelve. Behind the end of a row it is not said what a lane holds.
struct PackedTensor {
  direct::Lane lane = direct::Lane::f32;
  std::int64_t channels = 0;
  Triple space{1, 1, 1};
  Triple halo_begin{0, 0, 0};
  Triple halo_end{0, 0, 0};
  bool joined = false;

  /// Lanes that a kernel may read behind the last one of a tensor.
  static constexpr std::int64_t slack = 64;

  [[nodiscard]] std::int64_t groups() const {
    return joined ? channels / std::gcd(channels, direct::channels_in(lane))
                  : (channels + direct::channels_in(lane) - 1) / direct::channels_in(lane);
  }
  /// Joined: the lanes of all groups hold the string of so many cells.
  [[nodiscard]] std::int64_t cells_of_string() const {
    return groups() * direct::channels_in(lane) / channels;
  }
  [[nodiscard]] std::int64_t extent(std::size_t axis) const {
    return halo_begin[axis] + space[axis] + halo_end[axis];
  }
  [[nodiscard]] std::int64_t row() const { return extent(2); }
  [[nodiscard]] std::int64_t plane() const { return row() * extent(1); }
  [[nodiscard]] std::int64_t group() const { return plane() * extent(0); }
  [[nodiscard]] std::int64_t image() const { return group() * groups(); }
  /// Lane of a cell of channel group 0; coordinates may reach into the halo.
  [[nodiscard]] std::int64_t at(std::int64_t d, std::int64_t h, std::int64_t w) const {
    return (d + halo_begin[0]) * plane() + (h + halo_begin[1]) * row() + w + halo_begin[2];
  }
  [[nodiscard]] std::size_t bytes(std::int64_t images) const {
    return static_cast<std::size_t>(images * image() + slack) * sizeof(std::uint32_t);
  }

  friend bool operator==(const PackedTensor&, const PackedTensor&) = default;
};

/// The lane that holds real 0 in all its channels.
[[nodiscard]] std::uint32_t zero_lane(direct::Lane lane, const std::optional<QuantParams>& quant);

/// Writes the halo of one channel group of one image.
void fill_halo(const PackedTensor& tensor, std::uint32_t* group, std::uint32_t zero);

/// How the cells lie that pack_cells() reads.
enum class CellOrder {
  channels_first,  ///< [N, C, D, H, W]
  channels_last,   ///< [N, D, H, W, C]
};

/// Packs whole images, halo included. src: f32, quantized on the way when `quant` is set (bit by
/// bit as qmath does it), or already u8 / s8 / s16 by `quant`.
void pack_cells(const std::byte* src, DType src_dtype, CellOrder order, std::uint32_t* dst,
                const PackedTensor& tensor, const std::optional<QuantParams>& quant,
                std::int64_t images);

/// Joins packed images; src and dst differ in `joined` alone.
void join_lanes(const std::uint32_t* src, const PackedTensor& src_tensor, std::uint32_t* dst,
                const PackedTensor& dst_tensor, std::int64_t images);

/// What a lane of an integer tensor holds for q: s16x2 q - zero_point, u8x4 the byte.
[[nodiscard]] std::int32_t stored_integer(direct::Lane lane, std::int32_t q,
                                          const QuantParams& quant);
/// The inverse, for tests and samples.
[[nodiscard]] std::int32_t unstored_integer(direct::Lane lane, std::int32_t stored,
                                            const QuantParams& quant);

/// Cells of packed images in logical order, halo left out: f32, or u8 / s8 by `quant`.
[[nodiscard]] Tensor unpacked(const std::byte* src, const PackedTensor& tensor,
                              const std::optional<QuantParams>& quant, std::int64_t images);

}  // namespace caloquant
