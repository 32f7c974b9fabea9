// A full disk, for tests: preloaded (LD_PRELOAD), it lets one call that writes a regular file fail.
//
//   CALOQUANT_FAULT       NUMBER:ERRNO, "3:28": the third such call fails so; 0: none does
//   CALOQUANT_FAULT_NAME  only calls on files with this in their path count
//   CALOQUANT_FAULT_LOG   where the call that failed is told: "write /path/of/the/file"
//
// Counted are open with O_CREAT, write, pwrite, writev, ftruncate, fsync, fdatasync, close of a
// file that is open for writing, and rename; not on stdin, stdout and stderr. It uses nothing but
// libc.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> calls{0};

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void tell(const char* call, const char* path) {
  const char* log = std::getenv("CALOQUANT_FAULT_LOG");
  if (log == nullptr) {
    return;
  }
  char line[4200];
  const int size = std::snprintf(line, sizeof line, "%s %s\n", call, path);
  const long file = ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::syscall(SYS_write, file, line, size);
  ::syscall(SYS_close, file);
}

/// Is it this call that fails? Then errno is set.
bool fails(const char* call, const char* path) {
  const char* fault = std::getenv("CALOQUANT_FAULT");
  const char* name = std::getenv("CALOQUANT_FAULT_NAME");
  int number = 0;
  int error = 0;
  if (fault == nullptr || std::sscanf(fault, "%d:%d", &number, &error) != 2 ||
      (name != nullptr && std::strstr(path, name) == nullptr) || ++calls != number) {
    return false;
  }
  tell(call, path);
  errno = error;
  return true;
}

bool fails(const char* call, int descriptor) {
  const int before = errno;
  struct stat status {};
  if (descriptor <= STDERR_FILENO || ::fstat(descriptor, &status) != 0 ||
      !S_ISREG(status.st_mode) || (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY) {
    errno = before;
    return false;
  }
  char link[64];
  char path[4096] = {};
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  static_cast<void>(::readlink(link, path, sizeof path - 1));
  errno = before;
  return fails(call, path);
}

bool fails_to_create(const char* path, int flags) {
  struct stat status {};
  return (flags & O_CREAT) != 0 && (::stat(path, &status) != 0 || S_ISREG(status.st_mode)) &&
         fails("open", path);
}

}  // namespace

// Declared as libc does it, and with the names that it has for large files.
extern "C" {

#define FAULTS_OPEN(NAME)                                                    \
  int NAME(const char* path, int flags, ...) {                               \
    va_list more;                                                            \
    va_start(more, flags);                                                   \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;   \
    va_end(more);                                                            \
    return fails_to_create(path, flags)                                      \
               ? -1                                                          \
               : next<int(const char*, int, ...)>(#NAME)(path, flags, mode); \
  }
FAULTS_OPEN(open)
FAULTS_OPEN(open64)

ssize_t write(int file, const void* bytes, size_t size) {
  return fails("write", file) ? -1
                              : next<ssize_t(int, const void*, size_t)>("write")(file, bytes, size);
}

#define FAULTS_PWRITE(NAME)                                                                        \
  ssize_t NAME(int file, const void* bytes, size_t size, off_t offset) {                           \
    return fails("pwrite", file)                                                                   \
               ? -1                                                                                \
               : next<ssize_t(int, const void*, size_t, off_t)>(#NAME)(file, bytes, size, offset); \
  }
FAULTS_PWRITE(pwrite)
FAULTS_PWRITE(pwrite64)

ssize_t writev(int file, const iovec* pieces, int count) {
  return fails("writev", file)
             ? -1
             : next<ssize_t(int, const iovec*, int)>("writev")(file, pieces, count);
}

#define FAULTS_FTRUNCATE(NAME)                                                       \
  int NAME(int file, off_t size) {                                                   \
    return fails("ftruncate", file) ? -1 : next<int(int, off_t)>(#NAME)(file, size); \
  }
FAULTS_FTRUNCATE(ftruncate)
FAULTS_FTRUNCATE(ftruncate64)

int fsync(int file) {
  return fails("fsync", file) ? -1 : next<int(int)>("fsync")(file);
}

int fdatasync(int file) {
  return fails("fdatasync", file) ? -1 : next<int(int)>("fdatasync")(file);
}

int close(int file) {
  const bool failing = fails("close", file);
  const int error = errno;
  const int result = next<int(int)>("close")(file);
  if (failing) {
    errno = error;  // it is closed all the same, as Linux does it
    return -1;
  }
  return result;
}

int rename(const char* from, const char* to) {
  struct stat status {};
  return ::stat(from, &status) == 0 && S_ISREG(status.st_mode) && fails("rename", to)
             ? -1
             : next<int(const char*, const char*)>("rename")(from, to);
}
}
