#include "quantizer/output/progress/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

#include "ops/core/clock.hpp"
#include "ops/core/terminal_text.hpp"

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

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

ProgressLine::ProgressLine(std::ostream& stream, bool enabled, std::function<double()> seconds,
                           std::function<std::size_t()> columns)
    : stream_(stream),
      enabled_(enabled),
      seconds_(std::move(seconds)),
      columns_(std::move(columns)) {
  if (!columns_) {
    columns_ = [] { return terminal_columns(STDERR_FILENO); };
  }
  if (!seconds_) {
    seconds_ = steady_seconds;
  }
}

ProgressLine::~ProgressLine() {
  try {
    clear();
  } catch (...) {  // NOLINT(bugprone-empty-catch) a stream that throws must not end the program
  }
}

void ProgressLine::begin(const std::string& phase, std::size_t events) {
  start(phase, 0, 0, events);
}

void ProgressLine::begin_trial(std::size_t number, std::size_t at_most, std::size_t events) {
  start("evaluate", number, at_most, events);
}

void ProgressLine::start(const std::string& phase, std::size_t trial, std::size_t at_most,
                         std::size_t events) {
  phase_ = terminal_text(phase);
  trial_ = trial;
  at_most_ = at_most;
  events_ = events;
  begin_ = seconds_();
  if (trial > 0 && (first_trial_ == 0 || trial < first_trial_)) {
    first_trial_ = trial;
    trials_begin_ = begin_;
  }
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
    stream_ << wipe << text(done, columns_() - 1) << std::flush;  // the last column would wrap
  }
}

void ProgressLine::clear() {
  if (visible_) {
    stream_ << wipe << std::flush;
    visible_ = false;
  }
}

/// The rest of this phase at its own pace, and the trials behind it.
double ProgressLine::seconds_left(std::size_t done, double rate) const {
  const auto all = static_cast<double>(events_);
  const double here = (all - static_cast<double>(done)) / rate;
  const auto later = static_cast<double>(at_most_ > trial_ ? at_most_ - trial_ : 0);
  const auto finished = static_cast<double>(trial_ > first_trial_ ? trial_ - first_trial_ : 0);
  const double each = finished > 0.0 ? (begin_ - trials_begin_) / finished : all / rate;
  return here + later * each;
}

std::string ProgressLine::text(std::size_t done) const {
  return text(done, std::string::npos);
}

std::string ProgressLine::text(std::size_t done, std::size_t columns) const {
  std::string head = phase_;
  if (trial_ > 0) {
    head += formatted("  trial %zu of at most %zu", trial_, at_most_);
  }
  const std::string events = events_ > 0 ? formatted("  %zu/%zu events", done, events_)
                             : done > 0  ? formatted("  %zu events", done)
                                         : "";
  std::string rate;
  std::string left;
  const double elapsed = seconds_() - begin_;
  if (done > 0 && elapsed > 0.0) {
    const double events_per_second = static_cast<double>(done) / elapsed;
    rate = formatted("  %.1f events/s", events_per_second);
    if (events_ >= done) {
      left = "  ETA " + duration_text(seconds_left(done, events_per_second));
    }
  }
  // What does not fit is left out: first the rate, then the events, then the time.
  const auto fits = [&](std::size_t size) { return head.size() + size <= columns; };
  if (!fits(events.size() + rate.size() + left.size())) {
    rate.clear();
  }
  std::string line = head;
  if (fits(events.size() + rate.size() + left.size())) {
    line += events;
    line += rate;
  }
  line += left;
  return fits(left.size()) ? line : head.substr(0, columns);
}

}  // namespace caloquant
