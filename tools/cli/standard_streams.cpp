#include "tools/cli/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cerrno>
#include <iostream>
#include <streambuf>
#include <string>
#include <string_view>

#include "graph/io/files/write_problem.hpp"
#include "quantizer/output/progress/progress.hpp"

namespace caloquant::cli {
namespace {

/// Buffers for a descriptor, and remembers why it could not be written. After that it takes and
/// drops everything.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor)
      : descriptor_(descriptor), terminal_(is_terminal(descriptor)) {}

  /// errno; 0: all has arrived.
  [[nodiscard]] int error() const { return error_; }

  /// What a server has refused may be told only when a descriptor is closed; a second one will do.
  void finish() {
    sync();
    const int second = written_ && error_ == 0 ? ::dup(descriptor_) : -1;
    if (second >= 0 && ::close(second) != 0 && errno != EINTR) {
      error_ = errno;
    }
  }

 protected:
  int_type overflow(int_type c) override {
    if (!traits_type::eq_int_type(c, traits_type::eof())) {
      const char one = traits_type::to_char_type(c);
      xsputn(&one, 1);
    }
    return traits_type::not_eof(c);
  }

  std::streamsize xsputn(const char* text, std::streamsize count) override {
    const std::string_view piece(text, static_cast<std::size_t>(count));
    buffer_ += piece;
    constexpr std::size_t most = 1U << 16U;
    if (buffer_.size() >= most || (terminal_ && piece.find('\n') != std::string_view::npos)) {
      sync();
    }
    return count;
  }

  int sync() override {
    std::string_view rest = buffer_;
    while (!rest.empty() && error_ == 0) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      written_ = true;
      if (written >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) {
        pollfd ready{descriptor_, POLLOUT, 0};
        ::poll(&ready, 1, -1);
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    buffer_.clear();
    return 0;
  }

 private:
  int descriptor_;
  bool terminal_;
  std::string buffer_;
  bool written_ = false;
  int error_ = 0;
};

/// Where a descriptor is closed it becomes one that nothing can be written to.
void occupy_closed_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      static_cast<void>(::open("/dev/null", O_RDONLY));  // the lowest that is free
    }
  }
}

bool is_failure(int error) {
  return error != 0 && error != EPIPE;
}

}  // namespace

struct StandardStreams::State {
  DescriptorBuffer out{STDOUT_FILENO};
  DescriptorBuffer err{STDERR_FILENO};
  std::streambuf* out_before = std::cout.rdbuf(&out);
  std::streambuf* err_before = std::cerr.rdbuf(&err);
};

StandardStreams::StandardStreams() {
  occupy_closed_descriptors();
  state_ = std::make_unique<State>();
}

StandardStreams::~StandardStreams() {
  std::cout.flush();
  std::cout.rdbuf(state_->out_before);
  std::cerr.rdbuf(state_->err_before);
}

int StandardStreams::finish(int code) {
  std::cout.flush();
  state_->out.finish();
  const int error = state_->out.error();
  if (is_failure(error)) {
    std::cerr << "caloquant: stdout: " << write_problem(error).problem
              << "; check where it is sent\n";
  }
  std::cerr.flush();
  state_->err.finish();
  const bool failed = is_failure(error) || is_failure(state_->err.error());
  return failed && code == 0 ? exit_code(ErrorKind::backend) : code;
}

}  // namespace caloquant::cli
