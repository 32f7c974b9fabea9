#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "quantizer/search/tune/journal.hpp"

namespace caloquant {

/// The folder that a run writes its results into, and its journal. With an empty path nothing is
/// written and every call does nothing.
class ResultFolder {
 public:
  ResultFolder() = default;
  /// Makes the folder where it does not exist, and removes the files of an earlier run, which must
  /// not pass for those of this one. Throws BackendError; UsageError where one of them is among
  /// `inputs`, which the run reads.
  ResultFolder(std::filesystem::path folder, const std::vector<std::filesystem::path>& inputs);

  [[nodiscard]] bool writes() const { return !folder_.empty(); }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return folder_ / name; }

  /// The journal of a search that begins; null where nothing is written.
  Journal* new_journal();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace caloquant
