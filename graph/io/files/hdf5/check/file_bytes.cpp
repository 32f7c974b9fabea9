#include "graph/io/files/hdf5/check/file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "graph/io/files/hdf5/check/fields.hpp"

namespace caloquant::hdf5 {

std::optional<FileBytes> FileBytes::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0) {
    return std::nullopt;
  }
  FileBytes bytes(descriptor, 0);
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  bytes.size_ = static_cast<std::uint64_t>(status.st_size);
  return bytes;
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      memory_(other.memory_),
      size_(other.size_) {}

FileBytes::~FileBytes() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

std::vector<std::byte> FileBytes::read(std::uint64_t at, std::uint64_t count,
                                       const std::string& what) const {
  if (at > size_ || count > size_ - at) {
    throw Damaged{what + ": lies beyond the end of the file"};
  }
  if (descriptor_ < 0) {
    const auto found = memory_.subspan(at, count);
    return {found.begin(), found.end()};
  }
  std::vector<std::byte> bytes(count);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(at + done));
    if (got <= 0) {
      throw Damaged{what + ": cannot be read"};
    }
    done += static_cast<std::size_t>(got);
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
