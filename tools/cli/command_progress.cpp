#include "tools/cli/command_progress.hpp"

#include <iostream>

namespace caloquant::cli {

CommandProgress::CommandProgress(const OutputArguments& out) : line_(std::cerr, out.progress()) {}

void CommandProgress::begin(const std::string& phase, std::int64_t events) {
  line_.begin(phase, static_cast<std::size_t>(events));
}

void CommandProgress::update(std::int64_t done) {
  line_.update(static_cast<std::size_t>(done));
}

}  // namespace caloquant::cli
