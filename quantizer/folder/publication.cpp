#include "quantizer/folder/publication.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <cstdint>
#include <set>
#include <string_view>
#include <system_error>

#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "quantizer/folder/json_fields.hpp"
#include "quantizer/folder/result_folder.hpp"

namespace caloquant {

namespace fs = std::filesystem;

namespace {

constexpr const char* publication_format = "caloquant publication";
constexpr std::int64_t publication_version = 1;
constexpr const char* list_file = "publish.json";

[[noreturn]] void cannot_publish(const fs::path& file, const std::error_code& failure) {
  throw BackendError(file.string(), "cannot get its place: " + failure.message(),
                     "check the permissions of the folder; the results are in its 'unfinished'");
}

/// Names in the list come from a file: none may lead out of the folder.
std::vector<std::string> names_in(const JsonFields& fields, const char* key) {
  std::vector<std::string> names;
  for (const Json& entry : fields.list(key)) {
    const auto name = json_as<std::string>(entry);
    // The system ends a name at a zero byte: "..", a zero byte and "x" are "..".
    if (!name || name->empty() || fs::path(*name).filename() != *name || *name == "." ||
        *name == ".." || name->find('\0') != std::string::npos) {
      fields.fail(key);
    }
    names.push_back(*name);
  }
  return names;
}

/// What gets its place, what goes, and does the state stay?
struct Publication {
  std::vector<std::string> names;
  std::vector<std::string> former;
  bool keep_state = false;
};

Publication read_list(const fs::path& file) {
  try {
    const Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
    require_format<DataError>(json, file.string(), publication_format, publication_version);
    const JsonFields fields(json, file.string());
    return {names_in(fields, "names"), names_in(fields, "former"), fields.flag("keep_state")};
  } catch (const DataError& error) {  // a run without --resume would read the list, too
    throw DataError(error.place(), error.problem(),
                    "move the folder 'unfinished' away, in which the results are, or read it with "
                    "the newer caloquant that wrote it");
  }
}

void move_into_place(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  if (!fs::exists(from, failure)) {
    return;  // it has its name already
  }
  fs::rename(from, to, failure);
  if (failure) {
    cannot_publish(to, failure);
  }
}

}  // namespace

bool is_state(const fs::path& unfinished) {
  std::error_code failure;
  if (!fs::is_directory(fs::symlink_status(unfinished, failure))) {
    return false;
  }
  constexpr std::array<std::string_view, 10> ours{
      "run.json",    "journal.jsonl", "prepared.json", "layer_costs.json", "kernels.json",
      "result.json", "steps.jsonl",   "steps.csv",     staged_name,        list_file};
  for (fs::directory_iterator entry(unfinished, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    // With a dot in front: temporary files, and those that a file system leaves.
    if (!name.starts_with('.') && std::ranges::find(ours, name) == ours.end()) {
      return false;
    }
  }
  return !failure;
}

void begin_publication(const fs::path& folder, const std::vector<std::string>& names,
                       bool keep_state) {
  std::set<std::string> former = files_of_run(folder);
  for (const std::string& name : names) {
    former.erase(name);
  }
  const Json json{{"_format", publication_format},
                  {"_version", publication_version},
                  {"names", names},
                  {"former", former},
                  {"keep_state", keep_state}};
  write_text_file(json.dump(2) + "\n", folder / ResultFolder::unfinished_name / list_file);
}

void complete_publication(const fs::path& folder) {
  const fs::path unfinished = folder / ResultFolder::unfinished_name;
  const fs::path list = unfinished / list_file;
  std::error_code failure;
  if (!is_state(unfinished) || !fs::exists(list, failure)) {
    return;
  }
  const Publication publication = read_list(list);
  const fs::path staged = unfinished / staged_name;
  if (fs::is_symlink(fs::symlink_status(staged, failure))) {
    throw DataError(staged.string(), "is a link, which no run makes", "remove it");
  }
  for (const std::string& name : publication.names) {
    move_into_place(staged / name, folder / name);
  }
  for (const std::string& name : publication.former) {
    fs::remove(folder / name, failure);
  }
  if (publication.keep_state) {
    fs::remove(list, failure);
    return;
  }
  // The list goes last: until then the rest is known to be ours.
  for (const fs::directory_entry& entry : fs::directory_iterator(unfinished, failure)) {
    if (entry.path().filename() != list_file) {
      fs::remove_all(entry.path(), failure);
    }
  }
  fs::remove(list, failure);
  fs::remove(unfinished, failure);
}

}  // namespace caloquant
