#pragma once

#include <cstddef>

namespace caloquant {

/// Most that this process ever held in memory [bytes].
[[nodiscard]] std::size_t peak_memory();

}  // namespace caloquant
