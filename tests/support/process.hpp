#pragma once

#include <csignal>
#include <map>
#include <string>
#include <vector>

namespace caloquant::testing {

/// What a finished child process left.
struct Finished {
  int exit_code = -1;  ///< 128 + signal when it was killed
  std::string out;
  std::string err;
  long peak_kib = 0;  ///< largest resident memory
};

/// Runs a program with arguments in a folder, waits for it. `environment` is added to ours.
struct Launch {
  std::vector<std::string> command;
  std::string folder = ".";
  std::map<std::string, std::string> environment{};
  /// A file: `signal` is sent as soon as it, or the temporary file that becomes it, is not empty.
  std::string interrupt_when_exists{};
  /// > 0: stdout and stderr are one terminal of this width, and `out` is all that was sent to it.
  unsigned short terminal_columns = 0;
  int signal = SIGINT;
  int signals = 1;  ///< so often, a moment apart
};
[[nodiscard]] Finished launch(const Launch& request);

}  // namespace caloquant::testing
