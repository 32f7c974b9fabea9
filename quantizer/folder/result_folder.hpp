#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "quantizer/folder/folder_lock.hpp"

namespace caloquant {

/// The folder that a run writes its results into. While the run lasts everything is written into
/// `unfinished/` in it: the state that a later process can go on from, and in `unfinished/files`
/// the results. At the end they get their names in the folder, all or none: from the moment when
/// `publish.json` lists them, whoever opens the folder next completes what a crash has left open.
/// What the folder held before stays until then.
///
/// Only files that the result.json of an earlier run lists are replaced or removed. With an empty
/// path nothing is written and every call does nothing.
class ResultFolder {
 public:
  /// What a run brings with it.
  struct Plan {
    std::vector<std::string> names;             ///< of the files that it may write
    std::vector<std::filesystem::path> inputs;  ///< that it reads
  };

  ResultFolder() = default;
  /// Makes the folder where it does not exist, and takes its lock. Throws BackendError; UsageError,
  /// with the place "folder", where a name is an input, or a file that no run has written. With
  /// `resume` an unfinished run is left as it is, else it waits for begin().
  ResultFolder(std::filesystem::path folder, Plan plan, bool resume);
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;
  ResultFolder(ResultFolder&&) = default;
  ResultFolder& operator=(ResultFolder&& other) noexcept;
  /// Leaves no trace of a run that has not begun.
  ~ResultFolder();

  [[nodiscard]] bool writes() const { return !folder_.empty(); }
  /// Is there a run to go on with?
  [[nodiscard]] bool resumes() const { return resumes_; }
  [[nodiscard]] bool has_begun() const { return begun_; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

  /// From here on there is an unfinished run, which `run_text` (run.json) describes. A former one
  /// with trials is kept as `unfinished.previous` until this one has ended.
  void begin(const std::string& run_text);
  /// Trials of a former run that begin() has set aside; 0: none.
  [[nodiscard]] std::size_t trials_set_aside() const { return set_aside_; }

  /// A file of the state, or of the results that have no name yet.
  [[nodiscard]] std::filesystem::path state(const std::string& name) const;
  [[nodiscard]] std::filesystem::path staged(const std::string& name) const;
  /// The results get their names, and what an earlier run wrote beside them goes. With
  /// `keep_state` the run can still be gone on with. Then the folder is free for others. Throws
  /// BackendError.
  void publish(const std::vector<std::string>& names, bool keep_state);

  static constexpr const char* unfinished_name = "unfinished";

 private:
  void open(bool resume);
  void set_former_aside();
  void refuse_foreign_files() const;
  void close();

  std::filesystem::path folder_;
  Plan plan_;
  bool made_ = false;  ///< by this object
  bool resumes_ = false;
  bool begun_ = false;
  std::size_t set_aside_ = 0;
  std::unique_ptr<FolderLock> lock_;
};

/// What lies in a folder of results.
enum class FolderState {
  empty,       ///< no run, or one that failed before it had begun
  unfinished,  ///< a run to go on with, beside results or without
  ended,       ///< results of a run that has come to its end
};
/// Completes results that a crash has left on their way. Throws BackendError when the folder is in
/// use.
[[nodiscard]] FolderState state_of(const std::filesystem::path& folder);

/// Names of the files in a folder that its result.json says a run of ours wrote.
[[nodiscard]] std::set<std::string> files_of_run(const std::filesystem::path& folder);

}  // namespace caloquant
