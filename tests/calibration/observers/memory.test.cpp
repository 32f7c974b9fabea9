// Memory of observers: of tensors, never of events.
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>
#include <vector>

#include "calibration/observers/observer.hpp"

namespace caloquant {
namespace {

/// Bytes of the heap in use, with large blocks of their own. 0 under AddressSanitizer, which has an
/// allocator of its own: the test says nothing there.
std::size_t heap_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(ObserverMemory, DoesNotGrowWithEvents) {
  std::vector<std::unique_ptr<Observer>> observers;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    observers.push_back(make_observer(algorithm, "t"));
  }
  const auto observe = [&](int batches) {
    for (int batch = 0; batch < batches; ++batch) {
      std::vector<float> values(4000);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>((i * 37 + static_cast<std::size_t>(batch) * 11) % 997) - 90;
      }
      for (const auto& observer : observers) {
        observer->observe(values, 8);
      }
    }
  };
  observe(3);
  const std::size_t before = heap_in_use();
  observe(60);
  EXPECT_LE(heap_in_use(), before + 4096);
}

/// A histogram of 65536 counters of 8 bytes; `automatic` has KL's 2048 beside it.
TEST(ObserverMemory, IsHalfAMegabyteATensorAtMost) {
  const std::size_t before = heap_in_use();
  std::vector<std::unique_ptr<Observer>> observers;
  constexpr std::size_t tensors = 8;
  for (std::size_t i = 0; i < tensors; ++i) {
    observers.push_back(make_observer(RangeAlgorithm::automatic, "t"));
    observers.back()->observe(std::vector{-1.0F, 0.5F, 2.0F});
  }
  EXPECT_LE(heap_in_use() - before, tensors * (65536 + 2048 + 1024) * 8);
}

}  // namespace
}  // namespace caloquant
