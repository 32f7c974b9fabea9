#include "graph/io/files/hdf5/check/file_bytes.hpp"

#include <iterator>

#include "graph/io/files/hdf5/check/fields.hpp"

namespace caloquant::hdf5 {

std::vector<std::byte> FileBytes::read(std::uint64_t at, std::uint64_t count,
                                       const std::string& what) const {
  if (at > size_ || count > size_ - at) {
    throw Damaged{what + ": lies beyond the end of the file"};
  }
  if (!file_) {
    const auto found = memory_.subspan(at, count);
    return {found.begin(), found.end()};
  }
  std::vector<std::byte> bytes(count);
  if (file_->read(at, bytes) != bytes.size()) {
    throw Damaged{what + ": cannot be read"};
  }
  return bytes;
}

void Claims::claim(std::uint64_t at, std::uint64_t count, const std::string& what) {
  if (count == 0) {
    return;
  }
  const auto next = ends_.lower_bound(at);
  const bool into_next = next != ends_.end() && next->first - at < count;
  const bool into_last = next != ends_.begin() && std::prev(next)->second > at;
  if (into_next || into_last) {
    throw Damaged{what + ": overlaps another part of the file"};
  }
  ends_.emplace_hint(next, at, at + count);
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> Claims::gaps(std::uint64_t end) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;
  std::uint64_t at = 0;
  for (const auto& [begin, behind] : ends_) {
    if (begin > at) {
      gaps.emplace_back(at, begin);
    }
    at = behind;
  }
  if (end > at) {
    gaps.emplace_back(at, end);
  }
  return gaps;
}

}  // namespace caloquant::hdf5
