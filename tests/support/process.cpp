#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "graph/io/files/temporary_files.hpp"
#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The side of a new terminal that shows what is written, and the name of the other side.
struct Terminal {
  int shown = -1;
  std::string name;
};

Terminal open_terminal(unsigned short columns) {
  Terminal terminal;
  terminal.shown = ::posix_openpt(O_RDWR | O_NOCTTY);
  ::grantpt(terminal.shown);
  ::unlockpt(terminal.shown);
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  ::ioctl(terminal.shown, TIOCSWINSZ, &size);
  terminal.name = ::ptsname(terminal.shown);
  return terminal;
}

/// Until the last process has closed the other side (EIO). The child may not have opened it yet:
/// then there is nothing to read, but no end either, as we hold it open ourselves until then.
std::string all_shown(const Terminal& terminal, int held, pid_t child, int& status, rusage& usage) {
  ::fcntl(terminal.shown, F_SETFL, O_NONBLOCK);
  std::string text;
  std::array<char, 4096> piece{};
  bool ended = false;
  while (true) {
    const ssize_t count = ::read(terminal.shown, piece.data(), piece.size());
    if (count > 0) {
      text.append(piece.data(), static_cast<std::size_t>(count));
    } else if (ended) {
      break;
    } else {
      ended = ::wait4(child, &status, WNOHANG, &usage) == child;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ::close(held);
  ::close(terminal.shown);
  return text;
}

[[noreturn]] void become(const Launch& request, const std::string& out, const std::string& err) {
  if (::chdir(request.folder.c_str()) != 0) {
    ::_exit(126);
  }
  for (const auto& [name, value] : request.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  // A shell that starts the tests in the background has these ignored.
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP}) {
    ::signal(signal, SIG_DFL);
  }
  constexpr int mode = 0600;
  ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, mode), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY | O_TRUNC, mode), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : request.command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Has the file, or the temporary one that will become it, any content?
bool is_begun(const std::filesystem::path& file) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  if (!failure && size > 0) {
    return true;
  }
  std::filesystem::directory_iterator at(file.parent_path(), failure);
  for (; !failure && at != std::filesystem::directory_iterator(); at.increment(failure)) {
    std::error_code gone;
    if (is_temporary_name(at->path().filename().string(), file.filename().string()) &&
        at->file_size(gone) > 0 && !gone) {
      return true;
    }
  }
  return false;
}

void interrupt_later(pid_t child, const Launch& request) {
  for (int tries = 0; tries < 6000; ++tries) {
    if (is_begun(request.interrupt_when_exists)) {
      for (int i = 0; i < request.signals; ++i) {
        ::kill(child, request.signal);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

Finished launch(const Launch& request) {
  const TempDir temp;
  const std::string out = (temp / "out").string();
  const std::string err = (temp / "err").string();
  Terminal terminal;
  int held = -1;
  if (request.terminal_columns > 0) {
    terminal = open_terminal(request.terminal_columns);
    held = ::open(terminal.name.c_str(), O_RDWR | O_NOCTTY);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    const bool shown = !terminal.name.empty();
    become(request, shown ? terminal.name : out, shown ? terminal.name : err);
  }
  if (!request.interrupt_when_exists.empty()) {
    interrupt_later(child, request);
  }
  int status = 0;
  rusage usage{};
  Finished finished;
  if (held >= 0) {
    finished.out = all_shown(terminal, held, child, status, usage);
  } else {
    ::wait4(child, &status, 0, &usage);
    finished.out = text_of(out);
    finished.err = text_of(err);
  }
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.peak_kib = usage.ru_maxrss;
  return finished;
}

}  // namespace caloquant::testing
