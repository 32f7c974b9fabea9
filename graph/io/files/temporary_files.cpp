#include "graph/io/files/temporary_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

namespace caloquant {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".caloquant";
constexpr std::size_t random_digits = 16;
/// With what is added a name has at most 255 bytes, which is what file systems take.
constexpr std::size_t most_of_name = 220;

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) == static_cast<ssize_t>(sizeof bits)) {
    return bits;
  }
  std::random_device device;
  return (std::uint64_t{device()} << 32U) ^ device();
}

std::string beginning_of(const std::string& target_name) {
  return "." + target_name.substr(0, most_of_name) + ".";
}

void remove_if_left(const fs::path& file) noexcept {
  // For writing, which locks of NFS ask for.
  const int descriptor =
      ::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) {
    return;
  }
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    ::unlink(file.c_str());
  }
  ::close(descriptor);
}

// A signal handler can reach nothing but variables of static storage.
enum class Slot : int { free, changing, live, taken };

constexpr std::size_t longest_path = 4096;

struct Entry {
  std::atomic<Slot> state{Slot::free};
  std::array<char, longest_path> path{};
};

std::array<Entry, 64> live_entries;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

static_assert(std::atomic<Slot>::is_always_lock_free);

}  // namespace

std::string temporary_name(const std::string& target_name) {
  std::string name = beginning_of(target_name);
  std::uint64_t bits = random_bits();
  for (std::size_t i = 0; i < random_digits; ++i, bits >>= 4U) {
    name += "0123456789abcdef"[bits & 15U];
  }
  return name.append(ending);
}

bool is_temporary_name(const std::string& name, const std::string& target_name) {
  const std::size_t added = 1 + random_digits + ending.size();
  if (!name.starts_with('.') || !name.ends_with(ending) || name.size() <= added) {
    return false;
  }
  const std::size_t dot = name.size() - added;
  const std::string_view digits = std::string_view(name).substr(dot + 1, random_digits);
  const std::string begin = beginning_of(target_name);
  return name[dot] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         (target_name.empty() || name.compare(0, dot + 1, begin) == 0);
}

void remove_left_temporaries(const fs::path& folder, const std::string& target_name) noexcept {
  try {
    std::error_code failure;
    fs::directory_iterator at(folder, fs::directory_options::skip_permission_denied, failure);
    for (; !failure && at != fs::directory_iterator(); at.increment(failure)) {
      if (is_temporary_name(at->path().filename().string(), target_name)) {
        remove_if_left(at->path());
      }
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch) no memory: they stay
  }
}

LiveTemporary::LiveTemporary(const fs::path& file) noexcept {
  const std::string& path = file.native();
  if (path.size() >= longest_path) {
    return;
  }
  for (std::size_t i = 0; i < live_entries.size(); ++i) {
    Entry& entry = live_entries[i];
    Slot expected = Slot::free;
    if (entry.state.compare_exchange_strong(expected, Slot::changing)) {
      std::copy(path.begin(), path.end(), entry.path.begin());
      entry.path[path.size()] = '\0';
      entry.state = Slot::live;
      slot_ = static_cast<int>(i);
      return;
    }
  }
}

LiveTemporary::LiveTemporary(LiveTemporary&& other) noexcept
    : slot_(std::exchange(other.slot_, -1)) {}

LiveTemporary& LiveTemporary::operator=(LiveTemporary&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

LiveTemporary::~LiveTemporary() {
  if (slot_ >= 0) {
    // What a signal handler has taken stays as it is: the process ends.
    Slot expected = Slot::live;
    live_entries[static_cast<std::size_t>(slot_)].state.compare_exchange_strong(expected,
                                                                                Slot::free);
  }
}

void remove_live_temporaries() noexcept {
  for (Entry& entry : live_entries) {
    Slot expected = Slot::live;
    if (entry.state.compare_exchange_strong(expected, Slot::taken)) {
      ::unlink(entry.path.data());
    }
  }
}

}  // namespace caloquant
