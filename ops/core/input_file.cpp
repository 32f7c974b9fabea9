#include "ops/core/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <tuple>
#include <utility>

#include "ops/core/counted.hpp"
#include "ops/core/throw_error.hpp"

namespace caloquant {
namespace {

constexpr const char* no_file = "is a pipe or a device";
constexpr const char* give_file = "give a file";

/// Problem and remedy of an open() that failed.
std::pair<const char*, const char*> open_problem(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {"there is no such file", "check the path"};
    case ELOOP:
      return {"is a link that leads to itself", give_file};
    case ENXIO:  // a socket, or a device that is not there
    case ENODEV:
      return {no_file, give_file};
    default:
      return {"cannot be read", "check the path and its permissions"};
  }
}

}  // namespace

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

bool is_folder(const std::filesystem::path& path) noexcept {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown);
}

bool is_ordinary_file(const std::filesystem::path& path) noexcept {
  std::error_code unknown;
  return std::filesystem::is_regular_file(path, unknown);
}

std::optional<InputFile> InputFile::try_open(const std::filesystem::path& file,
                                             std::string& problem, std::string& remedy) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) {
    std::tie(problem, remedy) = open_problem(errno);
    return std::nullopt;
  }
  InputFile opened(descriptor, 0);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    std::tie(problem, remedy) = open_problem(errno);
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    problem = S_ISDIR(status.st_mode) ? "is a folder" : no_file;
    remedy = give_file;
    return std::nullopt;
  }
  opened.path_ = file;
  opened.size_ = static_cast<std::uint64_t>(status.st_size);
  return opened;
}

InputFile InputFile::open(const std::filesystem::path& file, ErrorKind kind) {
  std::string problem;
  std::string remedy;
  std::optional<InputFile> opened = try_open(file, problem, remedy);
  if (!opened) {
    throw_error(kind, file.string(), problem, remedy);
  }
  opened->kind_ = kind;
  return *std::move(opened);
}

std::optional<InputFile> InputFile::find(const std::filesystem::path& file) {
  std::string problem;
  std::string remedy;
  return try_open(file, problem, remedy);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      kind_(other.kind_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

std::size_t InputFile::read(std::uint64_t at, std::span<std::byte> dst) const {
  std::size_t done = 0;
  while (done < dst.size() && std::in_range<off_t>(at + done)) {
    const ssize_t got =
        ::pread(descriptor_, dst.data() + done, dst.size() - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::string InputFile::text(std::uint64_t most) const {
  if (size_ > most) {
    throw_error(kind_, path_.string(),
                "has " + counted(size_, "byte") + ", more than the " + std::to_string(most) +
                    " that are read of such a file",
                "check that it is the right one");
  }
  std::string bytes(static_cast<std::size_t>(size_), '\0');
  if (read(0, std::span(bytes)) != bytes.size()) {
    throw_error(kind_, path_.string(), "cannot be read to its end", "copy it again");
  }
  return bytes;
}

}  // namespace caloquant
