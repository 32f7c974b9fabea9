#include "graph/io/files/write_through.hpp"

#include <unistd.h>

#include <cerrno>

namespace caloquant {

int write_through(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return errno;
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS ? errno : 0;
}

}  // namespace caloquant
