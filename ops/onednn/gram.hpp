#pragma once

#include <cstdint>

namespace caloquant {

/// gram [width, width] = rows^T rows, of f32 rows [count, width], each `stride` behind the one
/// before. Within a parallel region one
/// thread computes it, so that its bits do not depend on the number of threads.
void gram_of_rows(const float* rows, std::int64_t count, std::int64_t width, std::int64_t stride,
                  float* gram);

}  // namespace caloquant
