#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "calibration/data/data_options.hpp"
#include "calibration/data/event_index.hpp"

namespace caloquant {

/// Consecutive events with their images.
struct ShowerBlock {
  EventRange events;
  std::span<const EventLabel> labels;  ///< into the EventIndex
  std::vector<float> images;           ///< [n, X, Y, Z] in GeV, after the threshold
};

/// Streams the images of a range of events in blocks. A thread of its own reads ahead by at most
/// `read_ahead` blocks, so memory does not grow with the number of events. One pass; for another
/// one make another source. next() is for one thread at a time.
class ShowerSource {
 public:
  static constexpr std::size_t read_ahead = 2;

  /// `index` must outlive the source. Blocks hold `block_size` events, the last one perhaps fewer.
  ShowerSource(const EventIndex& index, const DataOptions& options, EventRange events,
               std::int64_t block_size);
  /// May come at any time: the reader stops after the block at hand.
  ~ShowerSource();
  ShowerSource(const ShowerSource&) = delete;
  ShowerSource& operator=(const ShowerSource&) = delete;

  /// Moves the next block into `block`, whose old memory is used again; false after the last one.
  /// Throws what the reader met (DataError: file, dataset and row), after the blocks before it.
  [[nodiscard]] bool next(ShowerBlock& block);

 private:
  void read_all();
  [[nodiscard]] std::vector<float> free_memory();
  /// False when the source is being destroyed.
  [[nodiscard]] bool hand_over(ShowerBlock block);

  const EventIndex& index_;
  DataOptions options_;
  EventRange events_;
  std::int64_t block_size_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ShowerBlock> ready_;
  std::vector<std::vector<float>> free_;
  std::exception_ptr failure_;
  bool finished_ = false;
  bool stopping_ = false;
  std::thread reader_;  ///< last: it uses all of the above
};

}  // namespace caloquant
