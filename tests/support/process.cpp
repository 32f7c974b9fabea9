#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/support.hpp"

namespace caloquant::testing {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

[[noreturn]] void become(const Launch& request, const std::string& out, const std::string& err) {
  if (::chdir(request.folder.c_str()) != 0) {
    ::_exit(126);
  }
  for (const auto& [name, value] : request.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
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

void interrupt_later(pid_t child, const std::string& file) {
  for (int tries = 0; tries < 6000; ++tries) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (!failure && size > 0) {
      ::kill(child, SIGINT);
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
  const pid_t child = ::fork();
  if (child == 0) {
    become(request, out, err);
  }
  if (!request.interrupt_when_exists.empty()) {
    interrupt_later(child, request.interrupt_when_exists);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.out = text_of(out);
  finished.err = text_of(err);
  finished.peak_kib = usage.ru_maxrss;
  return finished;
}

}  // namespace caloquant::testing
