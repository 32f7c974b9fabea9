#include "tools/cli/interrupt.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <caloquant/error.hpp>
#include <csignal>
#include <string_view>
#include <utility>

#include "graph/io/files/temporary_files.hpp"

namespace caloquant::cli {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 8> ending_signals{{{"HUP", SIGHUP},
                                                                          {"INT", SIGINT},
                                                                          {"QUIT", SIGQUIT},
                                                                          {"TERM", SIGTERM},
                                                                          {"USR1", SIGUSR1},
                                                                          {"USR2", SIGUSR2},
                                                                          {"ALRM", SIGALRM},
                                                                          {"XCPU", SIGXCPU}}};

// A signal handler can reach nothing but variables of static storage.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::array<std::atomic<bool>, NSIG> watched{};
std::atomic<bool> requested{false};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int signal) {
  if (watched[static_cast<std::size_t>(signal)] && !requested.exchange(true)) {
    return;
  }
  remove_live_temporaries();
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(signal, &by_default, nullptr);
  ::raise(signal);  // comes when this function ends
}

void set(int signal, void (*handler)(int)) {
  struct sigaction action {};
  if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) {
    return;
  }
  action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // what is being read or written goes on
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void prepare_signals() {
  for (const auto& [name, signal] : ending_signals) {
    set(signal, handle);
  }
  set(SIGPIPE, SIG_IGN);
  set(SIGXFSZ, SIG_IGN);
}

void watch_for_interrupt(const std::vector<int>& further) {
  watched[SIGINT] = true;
  watched[SIGTERM] = true;
  for (const int signal : further) {
    watched.at(static_cast<std::size_t>(signal)) = true;
  }
}

bool interrupted() noexcept {
  return requested;
}

int signal_named(const std::string& name, const std::string& option) {
  const std::string_view plain = std::string_view(name).substr(name.starts_with("SIG") ? 3 : 0);
  const auto* const found =
      std::ranges::find(ending_signals, plain, [](const auto& entry) { return entry.first; });
  if (found != ending_signals.end()) {
    return found->second;
  }
  std::string names;
  for (const auto& [known, signal] : ending_signals) {
    names.append(names.empty() ? "" : ", ").append(known);
  }
  const bool unstoppable = plain == "KILL" || plain == "STOP";
  throw UsageError(
      option, "'" + name + "' is no signal that can be " + (unstoppable ? "caught" : "waited for"),
      "use some of: " + names);
}

}  // namespace caloquant::cli
