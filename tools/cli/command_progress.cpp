#include "tools/cli/command_progress.hpp"

#include <caloquant/error.hpp>
#include <iostream>
#include <utility>

#include "tools/cli/interrupt.hpp"

namespace caloquant::cli {

CommandProgress::CommandProgress(const OutputArguments& out, std::string command)
    : command_(std::move(command)), line_(std::cerr, out.progress()) {
  watch_for_interrupt();
}

void CommandProgress::begin(const std::string& phase, std::int64_t events) {
  line_.begin(phase, static_cast<std::size_t>(events));
}

void CommandProgress::update(std::int64_t done) {
  if (interrupted()) {
    throw InterruptedError(command_);
  }
  line_.update(static_cast<std::size_t>(done));
}

}  // namespace caloquant::cli
