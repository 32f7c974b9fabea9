// Channels-last DepthToSpace. The phases of one row of dst lie side by side in a pixel of src, so a
// row is made of copies of factor_w * C elements, one per pixel.

#include <cstring>

#include "ops/core/thread_count.hpp"
#include "ops/kernels/grid.hpp"
#include "ops/kernels/movement.hpp"

namespace caloquant {
namespace {

/// The last copy of a row is shorter when the row is cropped.
void copy_row(const std::byte* src, std::byte* dst, std::size_t pixel, std::size_t run,
              std::size_t row) {
  for (; row > run; row -= run) {
    std::memcpy(dst, src, run);
    src += pixel;
    dst += run;
  }
  std::memcpy(dst, src, row);
}

}  // namespace

void depth_to_space_cells(const std::byte* src, std::byte* dst, const Shape& src_shape,
                          const DepthToSpace& move, std::size_t element) {
  const Grid grid(src_shape);
  const auto factor = spatial(move.factors, 1);
  const auto crop = spatial(move.crop_end, 0);
  const std::int64_t copies = factor[0] * factor[1];
  const std::int64_t dst_d = grid.space[0] * factor[0] - crop[0];
  const std::int64_t dst_h = grid.space[1] * factor[1] - crop[1];
  const std::size_t pixel = static_cast<std::size_t>(grid.channels) * element;
  const std::size_t run = pixel / static_cast<std::size_t>(copies);
  const std::size_t cell = run / static_cast<std::size_t>(factor[2]);
  const std::size_t src_row = pixel * static_cast<std::size_t>(grid.space[2]);
  const std::size_t dst_row = cell * static_cast<std::size_t>(grid.space[2] * factor[2] - crop[2]);
  const std::int64_t rows = grid.n * grid.space[0] * grid.space[1];
#pragma omp parallel for num_threads(team_size()) if (rows * grid.space[2] * grid.channels > \
                                                      parallel_from)
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::byte* from = src + static_cast<std::size_t>(row) * src_row;
    const std::int64_t h = row % grid.space[1] * factor[1];
    const std::int64_t d = row / grid.space[1] % grid.space[0] * factor[0];
    const std::int64_t first = row / grid.space[1] / grid.space[0] * dst_d;  // of the image
    for (std::int64_t copy = 0; copy < copies; ++copy) {
      const std::int64_t at_d = d + copy / factor[1];
      const std::int64_t at_h = h + copy % factor[1];
      if (at_d < dst_d && at_h < dst_h) {
        copy_row(from + static_cast<std::size_t>(copy) * run,
                 dst + static_cast<std::size_t>((first + at_d) * dst_h + at_h) * dst_row, pixel,
                 run, dst_row);
      }
    }
  }
}

}  // namespace caloquant
