#include "metrics/shower/slice_sums.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

// Independent partial sums: the order of additions is then the same for every vector width.
constexpr std::size_t lanes = 16;

/// Adds `plane` to `column` element by element; returns the sum of `plane`.
template <bool Squared>
double add_plane(std::span<const float> plane, double* column) {
  std::array<double, lanes> partial{};
  const std::size_t whole = plane.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
#pragma omp simd
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double cell = static_cast<double>(plane[i + lane]);
      const double term = Squared ? cell * cell : cell;
      column[i + lane] += term;
      partial[lane] += term;
    }
  }
  for (std::size_t i = whole; i < plane.size(); ++i) {
    const double cell = static_cast<double>(plane[i]);
    const double term = Squared ? cell * cell : cell;
    column[i] += term;
    partial[i - whole] += term;
  }
  return std::accumulate(partial.begin(), partial.end(), 0.0);
}

/// Sums of the cells as stored (or of their squares): x slices plane by plane, y and z slices from
/// the sum of all planes.
template <bool Squared>
void stored_sums(std::span<const float> image, const ImageExtents& extents,
                 std::span<double> sums) {
  const auto [nx, ny, nz] = extents;
  const std::size_t plane = ny * nz;
  std::vector<double> column(plane, 0.0);
  for (std::size_t x = 0; x < nx; ++x) {
    sums[x] = add_plane<Squared>(image.subspan(x * plane, plane), column.data());
  }
  const std::span<double> y_sums = sums.subspan(nx, ny);
  const std::span<double> z_sums = sums.subspan(nx + ny, nz);
  std::fill(z_sums.begin(), z_sums.end(), 0.0);
  for (std::size_t y = 0; y < ny; ++y) {
    const double* const row = column.data() + y * nz;
    y_sums[y] = std::accumulate(row, row + nz, 0.0);
    std::transform(z_sums.begin(), z_sums.end(), row, z_sums.begin(), std::plus<>());
  }
}

bool all_zero(std::span<const float, lanes> values) {
  std::uint32_t bits = 0;
  for (const float value : values) {
    bits |= std::bit_cast<std::uint32_t>(value) << 1U;  // without the sign: -0 is a zero
  }
  return bits == 0;
}

/// Sums of the converted cells, one by one.
struct CellSums {
  const ImageExtents& extents;
  const CellConversion& convert;
  std::span<double> sums;
  std::span<double> squares;
  std::size_t not_finite = 0;

  void add(std::size_t index, float stored) {
    if (!std::isfinite(stored)) {
      ++not_finite;
      return;
    }
    const auto [nx, ny, nz] = extents;
    const double cell = convert(static_cast<double>(stored));
    const std::size_t row = index / nz;
    const std::array slices{row / ny, nx + row % ny, nx + ny + index % nz};
    for (const std::size_t slice : slices) {
      sums[slice] += cell;
      if (!squares.empty()) {
        squares[slice] += cell * cell;
      }
    }
  }
};

/// For conversions with a power, which are slow but needed for non-zero cells only (some percent of
/// a shower), and for images with cells that are not finite.
std::size_t converted_sums(std::span<const float> image, const ImageExtents& extents,
                           const CellConversion& convert, std::span<double> sums,
                           std::span<double> squares) {
  std::fill(sums.begin(), sums.end(), 0.0);
  std::fill(squares.begin(), squares.end(), 0.0);
  CellSums cells{extents, convert, sums, squares};
  for (std::size_t first = 0; first < image.size(); first += lanes) {
    const std::span<const float> group =
        image.subspan(first, std::min(lanes, image.size() - first));
    if (group.size() == lanes && all_zero(group.first<lanes>())) {
      continue;
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (group[i] != 0.0F) {
        cells.add(first + i, group[i]);
      }
    }
  }
  return cells.not_finite;
}

void scale(std::span<double> values, double factor) {
  std::transform(values.begin(), values.end(), values.begin(),
                 [factor](double value) { return value * factor; });
}

}  // namespace

std::size_t slice_sums(std::span<const float> image, const ImageExtents& extents,
                       const CellConversion& convert, std::span<double> sums,
                       std::span<double> squares) {
  CALOQUANT_EXPECT(image.size() == cell_count(extents));
  CALOQUANT_EXPECT(sums.size() == slice_count(extents));
  CALOQUANT_EXPECT(squares.empty() || squares.size() == sums.size());
  if (!convert.linear()) {
    return converted_sums(image, extents, convert, sums, squares);
  }
  stored_sums<false>(image, extents, sums);
  // Sums of finite floats are finite in double, so one look at the sums covers every cell.
  if (!std::all_of(sums.begin(), sums.end(), [](double sum) { return std::isfinite(sum); })) {
    return converted_sums(image, extents, convert, sums, squares);
  }
  scale(sums, convert.factor);
  if (!squares.empty()) {
    stored_sums<true>(image, extents, squares);
    scale(squares, convert.factor * convert.factor);
  }
  return 0;
}

}  // namespace caloquant
