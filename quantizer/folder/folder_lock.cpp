#include "quantizer/folder/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <caloquant/error.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <sstream>
#include <system_error>
#include <thread>

namespace caloquant {
namespace {

/// What a lock file says: "process 4711 on host since time".
struct Holder {
  long process = 0;
  std::string host;
  std::string since;
};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

Holder holder_of(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  std::istringstream line(
      std::string(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
  Holder holder;
  std::string word;
  line >> word >> holder.process >> word >> holder.host >> word >> holder.since;
  return line ? holder : Holder{};
}

[[noreturn]] void refuse(const std::filesystem::path& folder, const Holder& holder,
                         const std::string& remedy) {
  const std::string who = holder.process == 0
                              ? "another process"
                              : "process " + std::to_string(holder.process) + " on " + holder.host +
                                    ", since " + holder.since;
  throw BackendError(folder.string(), "is in use by " + who, remedy);
}

[[noreturn]] void cannot_lock(const std::filesystem::path& file) {
  throw BackendError(file.string(), "cannot be written: " + std::generic_category().message(errno),
                     "check the folder and its permissions");
}

bool same_file(int descriptor, const std::filesystem::path& file) {
  struct stat open_one {};
  struct stat named_one {};
  return ::fstat(descriptor, &open_one) == 0 && ::lstat(file.c_str(), &named_one) == 0 &&
         open_one.st_dev == named_one.st_dev && open_one.st_ino == named_one.st_ino;
}

bool has_no_locks(int error) {
  return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : file_(folder / file_name) {
  try {
    while (!take(folder)) {
      ::close(descriptor_);
    }
  } catch (...) {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
    throw;
  }
}

FolderLock::~FolderLock() {
  ::unlink(file_.c_str());  // while it is held: whoever waits for it finds that it is gone
  ::close(descriptor_);
}

/// False when the file was removed by its former holder between opening and locking it.
bool FolderLock::take(const std::filesystem::path& folder) {
  constexpr mode_t readable_by_all = 0644;
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                       readable_by_all);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    cannot_lock(file_);
  }
  if (!S_ISREG(status.st_mode)) {
    throw BackendError(file_.string(), "is no regular file", "remove it");
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    Holder holder = holder_of(descriptor_);
    for (int wait = 0; wait < 20 && holder.process == 0; ++wait) {  // it may be about to sign
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      holder = holder_of(descriptor_);
    }
    if (error == EWOULDBLOCK || error == EINTR) {
      refuse(folder, holder, "wait until it has ended, or choose another folder");
    }
    if (!has_no_locks(error)) {
      errno = error;
      cannot_lock(file_);
    }
    const bool here = holder.host == host_name();
    const bool ended = here && ::kill(static_cast<pid_t>(holder.process), 0) != 0 && errno == ESRCH;
    if (holder.process != 0 && !ended) {
      refuse(folder, holder, "if it has ended, remove '" + file_.string() + "'");
    }
  }
  if (!same_file(descriptor_, file_)) {
    return false;
  }
  sign();
  return true;
}

void FolderLock::sign() const {
  const std::string text =
      "process " + std::to_string(::getpid()) + " on " + host_name() + " since " + now_utc() + "\n";
  // Only for people: a full disk must not keep a run from what it can do without it.
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const ssize_t ignored = ::pwrite(descriptor_, text.data(), text.size(), 0);
  }
}

}  // namespace caloquant
