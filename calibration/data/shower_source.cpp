#include "calibration/data/shower_source.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "calibration/data/shower_file.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Reads runs of adjacent rows; keeps the file at hand open.
class RowReader {
 public:
  RowReader(const EventIndex& index, const DataOptions& options)
      : index_(index), options_(options) {}

  /// Images of `events` in GeV.
  void read(EventRange events, std::vector<float>& images) {
    const auto places = index_.places().subspan(static_cast<std::size_t>(events.first),
                                                static_cast<std::size_t>(events.size()));
    for (std::size_t begin = 0; begin < places.size();) {
      std::size_t end = begin + 1;
      while (end < places.size() && places[end].file == places[begin].file &&
             places[end].row == places[end - 1].row + 1) {
        ++end;
      }
      open(places[begin].file);
      const auto cells = static_cast<std::size_t>(element_count(file_->image_shape()));
      images.resize(places.size() * cells);
      file_->read_images(places[begin].row, static_cast<std::int64_t>(end - begin),
                         options_.cell_threshold_or_default(),
                         std::span(images).subspan(begin * cells, (end - begin) * cells));
      begin = end;
    }
    const float units = traits_of(options_.layout).units_per_gev;
    for (float& cell : images) {
      cell /= units;
    }
  }

 private:
  void open(std::size_t number) {
    if (!file_ || number != number_) {
      file_.emplace(index_.files()[number], options_.layout, index_.image_shape(),
                    options_.follow_links, options_.energies_from_sum);
      file_->expect_images();
      number_ = number;
    }
  }

  const EventIndex& index_;
  const DataOptions& options_;
  std::optional<ShowerFile> file_;
  std::size_t number_ = 0;
};

}  // namespace

ShowerSource::ShowerSource(const EventIndex& index, const DataOptions& options, EventRange events,
                           std::int64_t block_size)
    : index_(index), options_(options), events_(events), block_size_(block_size) {
  CALOQUANT_EXPECT(block_size > 0);
  CALOQUANT_EXPECT(0 <= events.first && events.first <= events.last && events.last <= index.size());
  reader_ = std::thread([this] { read_all(); });
}

ShowerSource::~ShowerSource() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  reader_.join();
}

bool ShowerSource::next(ShowerBlock& block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || finished_; });
  if (ready_.empty()) {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    return false;
  }
  free_.push_back(std::move(block.images));
  block = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return true;
}

void ShowerSource::read_all() {
  std::exception_ptr failure;
  try {
    RowReader reader(index_, options_);
    bool wanted = true;
    for (std::int64_t first = events_.first; wanted && first < events_.last; first += block_size_) {
      const EventRange events{first, std::min(first + block_size_, events_.last)};
      ShowerBlock block{.events = events, .labels = index_.labels(events), .images = free_memory()};
      reader.read(events, block.images);
      wanted = hand_over(std::move(block));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard guard(mutex_);
  failure_ = failure;
  finished_ = true;
  changed_.notify_all();
}

std::vector<float> ShowerSource::free_memory() {
  const std::lock_guard guard(mutex_);
  if (free_.empty()) {
    return {};
  }
  std::vector<float> memory = std::move(free_.back());
  free_.pop_back();
  return memory;
}

bool ShowerSource::hand_over(ShowerBlock block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_.size() < read_ahead || stopping_; });
  if (stopping_) {
    return false;
  }
  ready_.push_back(std::move(block));
  changed_.notify_all();
  return true;
}

}  // namespace caloquant
