#pragma once

#include <cstdint>
#include <string>

#include "quantizer/output/progress/progress.hpp"
#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// The progress line of a command on stderr.
class CommandProgress {
 public:
  explicit CommandProgress(const OutputArguments& out);

  void begin(const std::string& phase, std::int64_t events);
  void update(std::int64_t done);
  void clear() { line_.clear(); }

 private:
  ProgressLine line_;
};

}  // namespace caloquant::cli
