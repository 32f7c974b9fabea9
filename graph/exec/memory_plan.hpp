#pragma once

#include <cstddef>
#include <vector>

namespace caloquant {

/// One buffer of an arena: alive from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< per buffer, multiples of 64
  std::size_t total = 0;             ///< bytes of the arena
};

/// Places buffers so that those alive at the same step do not overlap: largest first, each at the
/// lowest offset that is free during its whole life.
[[nodiscard]] MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace caloquant
