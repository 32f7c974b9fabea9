#include "tests/support/host_state.hpp"

#include <omp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <locale>

namespace caloquant::testing {
namespace {

using Facts = std::map<std::string, std::string>;

void add_arithmetic(Facts& facts) {
#if defined(__x86_64__)
  struct {
    std::uint16_t control, unused1, status, unused2, tags, unused3;
    std::uint32_t others[4];
  } environment{};
  asm volatile("fnstenv %0\n\tfldenv %0" : "+m"(environment));
  facts["x87 control word"] = std::to_string(environment.control);
  facts["x87 tag word"] = std::to_string(environment.tags);
  std::uint32_t mxcsr = 0;
  asm volatile("stmxcsr %0" : "=m"(mxcsr));
  constexpr std::uint32_t flags = 0x3F;  // of exceptions that happened: anyone may raise them
  facts["MXCSR without its flags"] = std::to_string(mxcsr & ~flags);
#endif
  facts["rounding mode"] = std::to_string(std::fegetround());
  volatile long double third = 1.0L;
  third = third / 3.0L;
  const volatile long double one = third * 3.0L;
  facts["long double"] = one == one && one > 0.99L && one < 1.01L ? "computes" : "does not compute";
}

void add_signals(Facts& facts) {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0) {
      std::string& fact = facts["handler of signal " + std::to_string(signal)];
      fact = std::to_string(action.sa_flags) + " " +
             std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_sigaction));
    }
  }
  sigset_t blocked;
  sigemptyset(&blocked);
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    facts["blocked signals"] += sigismember(&blocked, signal) == 1 ? '1' : '0';
  }
}

void add_process(Facts& facts) {
  facts["locale of C"] = std::setlocale(LC_ALL, nullptr);
  facts["locale of C++"] = std::locale().name();
  facts["working directory"] = std::filesystem::current_path().string();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  facts["umask"] = std::to_string(mask);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    facts["environment"] += std::string(*variable) + "\n";
  }
}

void add_openmp(Facts& facts) {
  facts["max threads of OpenMP"] = std::to_string(omp_get_max_threads());
  facts["dynamic teams of OpenMP"] = std::to_string(omp_get_dynamic());
  facts["active levels of OpenMP"] = std::to_string(omp_get_max_active_levels());
  omp_sched_t kind{};
  int chunk = 0;
  omp_get_schedule(&kind, &chunk);
  facts["schedule of OpenMP"] =
      std::to_string(static_cast<int>(kind)) + ", " + std::to_string(chunk);
}

Facts facts_now() {
  Facts facts;
  add_arithmetic(facts);  // first: what follows may compute
  add_signals(facts);
  add_process(facts);
  add_openmp(facts);
  return facts;
}

}  // namespace

HostState::HostState() : facts_(facts_now()) {}

std::vector<std::string> HostState::changes() const {
  std::vector<std::string> lines;
  for (const auto& [name, now] : facts_now()) {
    const std::string& before = facts_.at(name);
    if (now != before) {
      lines.push_back(name + ": " + now + ", was " + before);
    }
  }
  return lines;
}

}  // namespace caloquant::testing
