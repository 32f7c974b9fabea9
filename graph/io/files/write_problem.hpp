#pragma once

#include <string>

namespace caloquant {

/// What an errno means for who writes a file or a stream, in the words of errors: "cannot be
/// written: No space left on device". 0: for no known reason.
struct WriteProblem {
  std::string problem;
  std::string remedy;
};
[[nodiscard]] WriteProblem write_problem(int error);

}  // namespace caloquant
