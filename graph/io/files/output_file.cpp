#include "graph/io/files/output_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "graph/io/files/temporary_files.hpp"
#include "graph/io/files/write_problem.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

/// A descriptor that is closed in the end.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int number) : number_(number) {}
  FileHandle(FileHandle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileHandle() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }
  /// What a disk or a server has refused may be told only here. After EINTR it is closed as well.
  [[nodiscard]] bool shut() {
    const int number = std::exchange(number_, -1);
    return ::close(number) == 0 || errno == EINTR;
  }

 private:
  int number_ = -1;
};

/// N of /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N. Opening these names would begin
/// the file behind them anew.
std::optional<int> descriptor_named(const fs::path& target) {
  if (target == "/dev/stdout") {
    return STDOUT_FILENO;
  }
  if (target == "/dev/stderr") {
    return STDERR_FILENO;
  }
  if (target.parent_path() != "/dev/fd" && target.parent_path() != "/proc/self/fd") {
    return std::nullopt;
  }
  const std::string name = target.filename().string();
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(number)
                                                                  : std::nullopt;
}

/// All bytes, or false with errno.
bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

/// Not where there is nothing to flush.
bool flush_to_disk(int descriptor) {
  return ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ||
         errno == ENOSYS;
}

/// So that the name is there after a power failure, as far as the file system can.
void flush_folder(const fs::path& folder) {
  const FileHandle opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) {
    static_cast<void>(::fsync(opened.get()));
  }
}

}  // namespace

struct OutputFile::State {
  explicit State(const fs::path& given) : target(given) {}
  ~State();

  void open_device();
  void create();
  /// Locked, and still there? Somebody may take it for a left one in the instant before. Shared,
  /// because HDF5 takes a lock of its own to read a file back.
  [[nodiscard]] bool hold() const;
  void copy_to_device() const;
  [[noreturn]] void fail(int error) const;

  fs::path target;
  fs::path named;  ///< the target, absolute
  fs::path path;
  LiveTemporary live;
  FileHandle file;
  std::optional<mode_t> final_mode;  ///< where it is not the present one
  FileHandle device;
};

OutputFile::State::~State() {
  if (!path.empty()) {
    ::unlink(path.c_str());
  }
}

void OutputFile::State::fail(int error) const {
  const WriteProblem found = write_problem(error);
  throw BackendError(target.string(), found.problem, found.remedy);
}

void OutputFile::State::open_device() {
  struct stat status {};
  if (const std::optional<int> number = descriptor_named(target)) {
    device = FileHandle(::fcntl(*number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  } else if (::stat(target.c_str(), &status) != 0 || S_ISREG(status.st_mode)) {
    return;
  } else {
    device = FileHandle(::open(target.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  }
  if (!device.valid()) {
    fail(errno);
  }
}

bool OutputFile::State::hold() const {
  if (::flock(file.get(), LOCK_SH | LOCK_NB) != 0) {
    return errno != EWOULDBLOCK;  // no locks on this file system, and nobody removes anything
  }
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && status.st_nlink > 0;
}

void OutputFile::State::create() {
  constexpr int tries = 100;
  constexpr mode_t all = 0666;
  constexpr mode_t own = 0600;
  std::error_code failure;
  const fs::path folder = device.valid() ? fs::temp_directory_path(failure) : named.parent_path();
  remove_left_temporaries(folder, named.filename().string());
  for (int i = 0; i < tries; ++i) {
    path = folder / temporary_name(named.filename().string());
    live = LiveTemporary(path);
    file =
        FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, all));
    const int error = errno;
    if (file.valid() && hold()) {
      struct stat status {};
      if (::fstat(file.get(), &status) == 0 && (status.st_mode & own) != own) {
        final_mode = status.st_mode & 07777U;  // a strange umask: we read what we write
        ::fchmod(file.get(), status.st_mode | own);
      }
      return;
    }
    path.clear();
    if (!file.valid() && error != EEXIST) {
      fail(error);
    }
  }
  fail(EEXIST);
}

void OutputFile::State::copy_to_device() const {
  std::array<char, 1 << 16> piece{};
  off_t offset = 0;
  while (true) {
    const ssize_t count = ::pread(file.get(), piece.data(), piece.size(), offset);
    if (count == 0) {
      return;
    }
    if (count > 0) {
      if (!write_all(device.get(), {piece.data(), static_cast<std::size_t>(count)})) {
        fail(errno);
      }
      offset += count;
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

OutputFile::OutputFile(const fs::path& target) : state_(std::make_unique<State>(target)) {
  std::error_code failure;
  if (fs::is_directory(target, failure) || (!target.empty() && target.filename().empty())) {
    throw BackendError(target.string(), "is a folder", "name a file in it");
  }
  state_->named = fs::absolute(target, failure);
  if (target.empty() || failure) {
    state_->fail(ENOENT);
  }
  state_->open_device();
  state_->create();
}

OutputFile::OutputFile(OutputFile&& other) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&& other) noexcept = default;
OutputFile::~OutputFile() = default;

const fs::path& OutputFile::target() const {
  return state_->target;
}

const fs::path& OutputFile::path() const {
  return state_->path;
}

int OutputFile::descriptor() const {
  return state_->file.get();
}

void OutputFile::write(std::string_view bytes) {
  if (!write_all(descriptor(), bytes)) {
    fail(errno);
  }
}

void OutputFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno != EINTR) {
      fail(errno);
    }
    const auto done = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    bytes.remove_prefix(done);
    offset += done;
  }
}

void OutputFile::commit() {
  State& state = *state_;
  CALOQUANT_EXPECT(!state.path.empty());
  if (state.device.valid()) {
    state.copy_to_device();
    if (!state.device.shut()) {
      fail(errno);
    }
    return;  // the file is removed with this
  }
  if (!flush_to_disk(descriptor())) {
    fail(errno);
  }
  // Holds a lock until the file has its name; there is nothing to be written behind this one.
  const FileHandle held(::open(state.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  ::flock(held.get(), LOCK_SH | LOCK_NB);
  if (state.final_mode) {
    ::fchmod(descriptor(), *state.final_mode);
  }
  if (!state.file.shut() || ::rename(state.path.c_str(), state.named.c_str()) != 0) {
    fail(errno);
  }
  state.path.clear();
  state.live = LiveTemporary();
  flush_folder(state.named.parent_path());
}

void OutputFile::fail(int error) const {
  state_->fail(error);
}

}  // namespace caloquant
