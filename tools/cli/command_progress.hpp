#pragma once

#include <cstdint>
#include <string>

#include "quantizer/output/progress/progress.hpp"
#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// The progress line of a command on stderr. From its beginning on Ctrl-C does not end the program
/// but the work: update() throws InterruptedError, and the line is wiped.
class CommandProgress {
 public:
  CommandProgress(const OutputArguments& out, std::string command);

  void begin(const std::string& phase, std::int64_t events);
  void update(std::int64_t done);
  void clear() { line_.clear(); }

 private:
  std::string command_;
  ProgressLine line_;
};

}  // namespace caloquant::cli
