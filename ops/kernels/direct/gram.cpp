#include "ops/kernels/direct/gram.hpp"

#include <algorithm>

#include "ops/kernels/direct/kernels.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t panel_rows = 64;  // of 512 columns: a quarter of a megabyte

std::int64_t padded_to(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

GramSum::GramSum(std::int64_t width, Isa isa)
    : isa_(isa),
      width_(width),
      padded_(padded_to(width, std::max(direct::gram_rows,
                                        direct::kernels_of(isa, direct::Lane::f32).gram_width))),
      panel_(static_cast<std::size_t>(panel_rows * padded_), 0.0),
      sums_(static_cast<std::size_t>(padded_ * padded_), 0.0) {}

void GramSum::add(const float* rows, std::int64_t count, std::int64_t stride) {
  for (std::int64_t first = 0; first < count; first += panel_rows) {
    const std::int64_t part = std::min(panel_rows, count - first);
    for (std::int64_t i = 0; i < part; ++i) {
      const float* row = rows + (first + i) * stride;
      std::transform(row, row + width_, panel_.begin() + i * padded_,
                     [](float value) { return static_cast<double>(value); });
    }
    add_panel(part);
  }
}

void GramSum::add_panel(std::int64_t count) {
  const direct::Kernels kernels = direct::kernels_of(isa_, direct::Lane::f32);
  for (std::int64_t row = 0; row < padded_; row += direct::gram_rows) {
    const std::int64_t diagonal = row / kernels.gram_width * kernels.gram_width;
    for (std::int64_t column = diagonal; column < padded_; column += kernels.gram_width) {
      kernels.gram(
          {panel_.data(), count, padded_, row, column, sums_.data() + row * padded_ + column});
    }
  }
}

void GramSum::copy_to(double* gram) const {
  for (std::int64_t i = 0; i < width_; ++i) {
    for (std::int64_t j = 0; j < width_; ++j) {
      gram[i * width_ + j] =
          sums_[static_cast<std::size_t>(std::min(i, j) * padded_ + std::max(i, j))];
    }
  }
}

}  // namespace caloquant
