#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "calibration/data/data_options.hpp"

namespace caloquant {

/// Consecutive events on their way to a file.
struct GeneratedBlock {
  std::int64_t first = 0;
  std::vector<EventLabel> labels;
  std::vector<float> images;  ///< [>= labels.size(), X, Y, Z]: a last batch may have rows to spare
};

/// Writes blocks in a thread of its own, in the order they come, so that the next block is computed
/// meanwhile. All members are for one thread, which may be any.
class BlockWriter {
 public:
  /// Blocks that wait; with the one being computed and the one being written there are four.
  static constexpr std::size_t queued_at_most = 2;
  using Write = std::function<void(const GeneratedBlock&)>;

  /// `write` is called from the other thread; what it throws ends the writing.
  explicit BlockWriter(Write write);
  /// Without finish(): the block at hand is still written, the others are dropped.
  ~BlockWriter() = default;
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;

  /// A block to fill: one whose memory is free again, or an empty one.
  [[nodiscard]] GeneratedBlock recycled();
  /// Waits for a place in the queue. Throws what `write` threw.
  void put(GeneratedBlock block);
  /// Waits until everything is written. Throws what `write` threw.
  void finish();

 private:
  void write_all(const std::stop_token& stop);

  Write write_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<GeneratedBlock> queue_;
  std::vector<GeneratedBlock> free_;
  std::exception_ptr failure_;
  bool writing_ = false;
  std::jthread thread_;  ///< last: it uses all of the above, and is joined before they go
};

}  // namespace caloquant
