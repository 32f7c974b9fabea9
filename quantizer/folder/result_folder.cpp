#include "quantizer/folder/result_folder.hpp"

#include <caloquant/error.hpp>
#include <fstream>
#include <system_error>
#include <utility>

#include "graph/io/files/output_guard.hpp"
#include "graph/io/files/temporary_files.hpp"
#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "quantizer/folder/publication.hpp"

namespace caloquant {

namespace fs = std::filesystem;

namespace {

constexpr const char* run_file = "run.json";
constexpr const char* log_file = "journal.jsonl";
constexpr const char* previous_name = "unfinished.previous";

[[noreturn]] void refuse_foreign(const fs::path& file) {
  throw UsageError("folder", "'" + file.string() + "' was not written by a run and is kept",
                   "move it, or choose another folder for the results");
}

/// 0 of what is no file: a pipe would be waited for.
std::size_t lines_of(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(fs::symlink_status(file, failure))) {
    return 0;
  }
  std::ifstream stream(file);
  std::size_t lines = 0;
  for (std::string line; std::getline(stream, line);) {
    ++lines;
  }
  return lines;
}

void remove_tree(const fs::path& folder) {
  std::error_code failure;
  fs::remove_all(folder, failure);
  if (failure) {
    throw BackendError(folder.string(), "cannot be removed: " + failure.message(),
                       "check the permissions of the folder");
  }
}

}  // namespace

ResultFolder::ResultFolder(fs::path folder, Plan plan, bool resume)
    : folder_(std::move(folder)), plan_(std::move(plan)) {
  if (writes()) {
    open(resume);
  }
}

ResultFolder& ResultFolder::operator=(ResultFolder&& other) noexcept {
  if (this != &other) {
    close();
    folder_ = std::move(other.folder_);
    other.folder_.clear();
    plan_ = std::move(other.plan_);
    made_ = std::exchange(other.made_, false);
    resumes_ = other.resumes_;
    begun_ = std::exchange(other.begun_, false);
    set_aside_ = other.set_aside_;
    lock_ = std::move(other.lock_);
  }
  return *this;
}

ResultFolder::~ResultFolder() {
  close();
}

void ResultFolder::close() {
  lock_.reset();
  if (made_ && !begun_) {
    std::error_code ignored;
    fs::remove(folder_, ignored);  // only when it is empty
  }
}

void ResultFolder::open(bool resume) {
  for (const std::string& name : plan_.names) {
    refuse_overwriting("folder", folder_ / name, plan_.inputs);
  }
  std::error_code failure;
  made_ = fs::create_directories(folder_, failure);
  if (failure || !fs::is_directory(folder_)) {
    throw BackendError(folder_.string(), "is no folder and cannot be made one",
                       "choose another folder for the results");
  }
  try {
    lock_ = std::make_unique<FolderLock>(folder_);
    for (const fs::path& left :
         {folder_, folder_ / unfinished_name, folder_ / unfinished_name / staged_name}) {
      remove_left_temporaries(left);
    }
    complete_publication(folder_);
    refuse_foreign_files();
  } catch (...) {
    close();
    throw;
  }
  resumes_ = resume && fs::exists(state(run_file), failure);
  begun_ = resumes_;
}

void ResultFolder::refuse_foreign_files() const {
  const std::set<std::string> ours = files_of_run(folder_);
  std::error_code failure;
  for (const std::string& name : plan_.names) {
    const fs::file_status status = fs::symlink_status(folder_ / name, failure);
    if (fs::exists(status) && (ours.count(name) == 0 || fs::is_directory(status))) {
      refuse_foreign(folder_ / name);
    }
  }
  const fs::path unfinished = folder_ / unfinished_name;
  if (fs::exists(fs::symlink_status(unfinished, failure)) && !is_state(unfinished)) {
    refuse_foreign(unfinished);
  }
}

void ResultFolder::begin(const std::string& run_text) {
  if (!writes() || begun_) {
    return;
  }
  if (!lock_) {
    open(false);  // again, after what was published
  }
  set_former_aside();
  const fs::path unfinished = folder_ / unfinished_name;
  try {
    std::error_code failure;
    fs::create_directory(unfinished, failure);
    if (failure) {
      throw BackendError(unfinished.string(), "cannot be made: " + failure.message(),
                         "check the folder, its permissions and the free space");
    }
    write_text_file(run_text, state(run_file));
  } catch (...) {  // the former one is as it was
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    if (set_aside_ > 0) {
      fs::rename(folder_ / previous_name, unfinished, ignored);
    }
    throw;
  }
  begun_ = true;
}

void ResultFolder::set_former_aside() {
  const fs::path unfinished = folder_ / unfinished_name;
  set_aside_ = lines_of(unfinished / log_file);
  if (set_aside_ > 0) {
    remove_tree(folder_ / previous_name);
    std::error_code failure;
    fs::rename(unfinished, folder_ / previous_name, failure);
    if (failure) {
      throw BackendError(unfinished.string(), "cannot be set aside: " + failure.message(),
                         "check the permissions of the folder");
    }
  }
  remove_tree(unfinished);
}

fs::path ResultFolder::state(const std::string& name) const {
  return folder_ / unfinished_name / name;
}

fs::path ResultFolder::staged(const std::string& name) const {
  std::error_code ignored;  // writing fails with its reason
  fs::create_directory(folder_ / unfinished_name / staged_name, ignored);
  return folder_ / unfinished_name / staged_name / name;
}

void ResultFolder::publish(const std::vector<std::string>& names, bool keep_state) {
  refuse_foreign_files();
  begin_publication(folder_, names, keep_state);
  complete_publication(folder_);
  if (!keep_state) {
    remove_tree(folder_ / previous_name);
  }
  begun_ = keep_state;
  made_ = false;
  if (!keep_state) {
    resumes_ = false;
    lock_.reset();
  }
}

FolderState state_of(const fs::path& folder) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    return FolderState::empty;
  }
  const ResultFolder opened(folder, {}, true);
  if (opened.resumes()) {
    return FolderState::unfinished;
  }
  return files_of_run(folder).empty() ? FolderState::empty : FolderState::ended;
}

std::set<std::string> files_of_run(const fs::path& folder) {
  const fs::path file = folder / "result.json";
  std::set<std::string> names;
  std::error_code failure;
  if (!fs::is_regular_file(fs::symlink_status(file, failure))) {
    return names;
  }
  try {
    const Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
    if (json.value("_format", "") != "caloquant result") {
      return names;
    }
    // What former versions wrote without a word.
    names = {"result.json", "steps.jsonl", "steps.csv", "layer_costs.json"};
    for (const Json& name : json.at("emitted").at("files")) {
      names.insert(name.get<std::string>());
    }
  } catch (const std::exception&) {
    names.clear();  // damaged, or of somebody else: nothing is known to be ours
  }
  return names;
}

}  // namespace caloquant
