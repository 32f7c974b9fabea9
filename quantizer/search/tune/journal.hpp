#pragma once

#include <caloquant/strategy.hpp>
#include <filesystem>
#include <string>

namespace caloquant {

/// The log of a run in two files of one directory: steps.jsonl (one JSON object a line) and
/// steps.csv (the same, flat, with a header line). A trial is complete in both, and on the disk,
/// before append() returns. Numbers that are not finite are the strings "nan", "inf", "-inf".
class Journal {
 public:
  /// Starts both files anew. Throws BackendError when they cannot be written.
  explicit Journal(const std::filesystem::path& directory);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Throws BackendError when the disk is full or the file cannot be written.
  void append(const Trial& trial);

 private:
  struct File {
    std::filesystem::path path;
    int descriptor = -1;
    void write(const std::string& text) const;
  };
  File json_;
  File csv_;
};

/// One line of steps.jsonl, without the end of line.
[[nodiscard]] std::string journal_line(const Trial& trial);

}  // namespace caloquant
