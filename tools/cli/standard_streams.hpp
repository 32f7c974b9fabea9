#pragma once

#include <memory>

namespace caloquant::cli {

/// stdout and stderr with every byte accounted for, as long as it lives: std::cout and std::cerr
/// write through it. Made at the beginning of main(), because what was closed by the caller (`>&-`)
/// must not become the descriptor of the first file that is opened.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Writes what is left. `code`, or the code of a BackendError in place of 0 when something did
  /// not arrive, which is told on stderr. A pipe that nobody reads any more is no error: the reader
  /// has what it wanted.
  [[nodiscard]] int finish(int code);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace caloquant::cli
