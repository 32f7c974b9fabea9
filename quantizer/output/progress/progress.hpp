#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

namespace caloquant {

/// Is the file of this descriptor a terminal?
[[nodiscard]] bool is_terminal(int descriptor);

/// Columns of the terminal behind a descriptor; 80 where that is not known.
[[nodiscard]] std::size_t terminal_columns(int descriptor);

/// One line on a terminal that is drawn over and over:
///   "evaluate  trial 3 of at most 17  120/200 events  35.2 events/s  ETA 1:05"
/// The time to the end counts the trials that may still come, each as long as those before it were
/// on average (trials that share a sweep are evaluated with the first of them, and then take no
/// time), so it is an upper estimate, as their number is. Draws at most ten times a second. On a
/// narrow terminal the rate is left out first, then the events, and what is still too long is cut.
class ProgressLine {
 public:
  /// With `enabled` false nothing is ever written. `seconds` is a clock [s] that never goes back;
  /// empty: the steady clock. `columns` tells the width of the terminal; empty: that of stderr.
  ProgressLine(std::ostream& stream, bool enabled, std::function<double()> seconds = {},
               std::function<std::size_t()> columns = {});
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// A new phase ("calibrate", "evaluate") of `events` events; 0 when that is not known.
  void begin(const std::string& phase, std::size_t events);
  /// The same for trial `number` (from 1) of at most `at_most`.
  void begin_trial(std::size_t number, std::size_t at_most, std::size_t events);
  /// Events done since the phase began.
  void update(std::size_t done);
  /// Wipes the line, so that other text can be written.
  void clear();

  /// What is on the line where there is room; for tests and logs.
  [[nodiscard]] std::string text(std::size_t done) const;
  /// The same in at most `columns` columns.
  [[nodiscard]] std::string text(std::size_t done, std::size_t columns) const;

 private:
  void start(const std::string& phase, std::size_t trial, std::size_t at_most, std::size_t events);
  void draw(std::size_t done, double now);
  [[nodiscard]] double seconds_left(std::size_t done, double rate) const;

  std::ostream& stream_;
  bool enabled_;
  std::function<double()> seconds_;
  std::function<std::size_t()> columns_;
  std::string phase_;
  std::size_t events_ = 0;
  std::size_t trial_ = 0;
  std::size_t at_most_ = 0;
  double begin_ = 0.0;
  double trials_begin_ = 0.0;    ///< of the first trial that was begun
  std::size_t first_trial_ = 0;  ///< its number
  double drawn_ = 0.0;
  bool visible_ = false;
};

}  // namespace caloquant
