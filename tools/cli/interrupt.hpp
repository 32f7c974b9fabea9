#pragma once

#include <string>
#include <vector>

namespace caloquant::cli {

// Signals that were ignored when the program began (nohup, jobs in the background) stay so.

/// At the beginning of main(). What ends a process removes its temporary files first and then ends
/// it, as the signal that it was: SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
/// SIGXCPU. A pipe that nobody reads and a file that gets too large are no signals but errors of
/// who writes.
void prepare_signals();

/// From now on the first of SIGINT, SIGTERM and `further` signals does not end the program:
/// interrupted() says that it came. The second one of any of them ends it as above.
void watch_for_interrupt(const std::vector<int>& further = {});
[[nodiscard]] bool interrupted() noexcept;

/// The signal of a name: "HUP", "SIGUSR1". Throws UsageError, with `option` as its place, for all
/// that cannot be watched for, SIGKILL and SIGSTOP among them.
[[nodiscard]] int signal_named(const std::string& name, const std::string& option);

}  // namespace caloquant::cli
