#include "graph/exec/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace caloquant {
namespace {

constexpr std::size_t alignment = 64;

bool overlap_in_time(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return lifetimes[a].bytes > lifetimes[b].bytes;
  });
  MemoryPlan plan{std::vector<std::size_t>(lifetimes.size(), 0), 0};
  std::vector<std::size_t> placed;  // sorted by offset
  for (const std::size_t buffer : order) {
    const std::size_t bytes = (lifetimes[buffer].bytes + alignment - 1) / alignment * alignment;
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!overlap_in_time(lifetimes[buffer], lifetimes[other])) {
        continue;
      }
      if (offset + bytes <= plan.offsets[other]) {
        break;
      }
      const std::size_t end = plan.offsets[other] + lifetimes[other].bytes;
      offset = std::max(offset, (end + alignment - 1) / alignment * alignment);
    }
    plan.offsets[buffer] = offset;
    plan.total = std::max(plan.total, offset + bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), buffer,
                                   [&](std::size_t a, std::size_t b) {
                                     return plan.offsets[a] < plan.offsets[b];
                                   }),
                  buffer);
  }
  return plan;
}

}  // namespace caloquant
