#include "quantizer/showers/block_writer.hpp"

#include <utility>

namespace caloquant {

BlockWriter::BlockWriter(Write write)
    : write_(std::move(write)), thread_([this](const std::stop_token& stop) { write_all(stop); }) {}

GeneratedBlock BlockWriter::recycled() {
  const std::lock_guard guard(mutex_);
  if (free_.empty()) {
    return {};
  }
  GeneratedBlock block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void BlockWriter::put(GeneratedBlock block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.size() < queued_at_most || failure_; });
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  queue_.push_back(std::move(block));
  changed_.notify_all();
}

void BlockWriter::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return (queue_.empty() && !writing_) || failure_; });
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

void BlockWriter::write_all(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !queue_.empty(); }) && !stop.stop_requested()) {
    GeneratedBlock block = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    changed_.notify_all();
    lock.unlock();
    std::exception_ptr failure;
    try {
      write_(block);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    writing_ = false;
    failure_ = failure;
    free_.push_back(std::move(block));
    changed_.notify_all();
    if (failure) {
      return;
    }
  }
}

}  // namespace caloquant
