#include "quantizer/tune/progress.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

namespace caloquant {
namespace {

constexpr double drawing_interval = 0.1;  // [s]
constexpr const char* wipe = "\r\x1b[K";  // to the start of the line, erase to its end

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// "0:07", "12:30", "3:05:00".
std::string duration_text(double seconds) {
  const long total = std::lround(seconds);
  const long hours = total / 3600;
  const long minutes = total / 60 % 60;
  return hours > 0 ? formatted("%ld:%02ld:%02ld", hours, minutes, total % 60)
                   : formatted("%ld:%02ld", minutes, total % 60);
}

}  // namespace

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

ProgressLine::ProgressLine(std::ostream& stream, bool enabled, std::function<double()> seconds)
    : stream_(stream), enabled_(enabled), seconds_(std::move(seconds)) {
  if (!seconds_) {
    seconds_ = [] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
          .count();
    };
  }
}

ProgressLine::~ProgressLine() {
  try {
    clear();
  } catch (...) {  // NOLINT(bugprone-empty-catch) a stream that throws must not end the program
  }
}

void ProgressLine::begin(std::string phase, std::size_t events) {
  start(std::move(phase), 0, 0, events);
}

void ProgressLine::begin_trial(std::size_t number, std::size_t at_most, std::size_t events) {
  start("evaluate", number, at_most, events);
}

void ProgressLine::start(std::string phase, std::size_t trial, std::size_t at_most,
                         std::size_t events) {
  phase_ = std::move(phase);
  trial_ = trial;
  at_most_ = at_most;
  events_ = events;
  begin_ = seconds_();
  draw(0, begin_);
}

void ProgressLine::update(std::size_t done) {
  const double now = seconds_();
  if (now - drawn_ >= drawing_interval) {
    draw(done, now);
  }
}

void ProgressLine::draw(std::size_t done, double now) {
  drawn_ = now;
  if (enabled_) {
    visible_ = true;
    stream_ << wipe << text(done) << std::flush;
  }
}

void ProgressLine::clear() {
  if (visible_) {
    stream_ << wipe << std::flush;
    visible_ = false;
  }
}

std::string ProgressLine::text(std::size_t done) const {
  std::string line = phase_;
  if (trial_ > 0) {
    line += formatted("  trial %zu of at most %zu", trial_, at_most_);
  }
  line +=
      events_ > 0 ? formatted("  %zu/%zu events", done, events_) : formatted("  %zu events", done);
  const double elapsed = seconds_() - begin_;
  if (done == 0 || elapsed <= 0.0) {
    return line;
  }
  const double rate = static_cast<double>(done) / elapsed;
  line += formatted("  %.1f events/s", rate);
  if (events_ >= done && events_ > 0) {
    const std::size_t later_trials = at_most_ > trial_ ? at_most_ - trial_ : 0;
    const std::size_t left = events_ - done + later_trials * events_;
    line += "  ETA " + duration_text(static_cast<double>(left) / rate);
  }
  return line;
}

}  // namespace caloquant
