#include "tools/cli/interrupt.hpp"

#include <csignal>

namespace caloquant::cli {
namespace {

// A signal handler can reach nothing but a variable of static storage.
volatile std::sig_atomic_t interrupt_requested = 0;  // NOLINT(readability-identifier-naming)

void request_interrupt(int /*signal*/) {
  interrupt_requested = 1;
}

}  // namespace

void watch_for_interrupt() {
  std::signal(SIGINT, request_interrupt);
}

bool interrupted() noexcept {
  return interrupt_requested != 0;
}

}  // namespace caloquant::cli
