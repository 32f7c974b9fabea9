#pragma once

#include <caloquant/quality.hpp>
#include <caloquant/strategy.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace caloquant {

/// A trial that has ended, with all that a run needs to go on behind it.
struct FinishedTrial {
  Trial trial;
  std::optional<ModelQuality> quality;  ///< none of a trial that failed
  double elapsed = 0.0;                 ///< of the search, at its end [s]
};

/// The trials of an unfinished run, a line each: SHA-256, a space, a JSON object. The hash is over
/// that of the line before (of the first line: over `origin`) and the object, so that a line which
/// was changed, moved, left out or made by another run is noticed. A trial is on the disk before
/// append() returns.
class TrialLog {
 public:
  /// Goes on behind `last_hash` at byte `size`, cutting off what is behind; begins with an empty
  /// file where `size` is 0. Throws BackendError.
  TrialLog(std::filesystem::path file, std::string last_hash, std::uintmax_t size);
  ~TrialLog();
  TrialLog(const TrialLog&) = delete;
  TrialLog& operator=(const TrialLog&) = delete;

  /// Throws BackendError when the disk is full or the file cannot be written.
  void append(const FinishedTrial& finished);

 private:
  std::filesystem::path file_;
  std::string last_hash_;
  int descriptor_ = -1;
};

/// Of a log without trials.
[[nodiscard]] std::string first_hash(const std::string& origin);

/// What a log holds.
struct TrialLogContent {
  std::vector<FinishedTrial> trials;
  std::string last_hash;    ///< of the last line, or of the origin
  std::uintmax_t size = 0;  ///< bytes of whole lines; a half line behind them does not count
};

/// `origin`: what the log belongs to. Without a file there are no trials. Throws DataError with
/// file and line for one that is damaged.
[[nodiscard]] TrialLogContent read_trial_log(const std::filesystem::path& file,
                                             const std::string& origin);

}  // namespace caloquant
