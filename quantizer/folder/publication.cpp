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
    if (!name || name->empty() || fs::path(*name).filename() != *name || *name == "." ||
        *name == "..") {
      fields.fail(key);
    }
    names.push_back(*name);
  }
  return names;
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
      "run.json",     "journal.jsonl", "prepared.json", "layer_costs.json", "kernels.json",
      "result.json",  "steps.jsonl",   "steps.csv",     staged_name,        list_file};
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
  if (!fs::exists(list, failure)) {
    return;
  }
  const Json json = parse_json<DataError>(read_text<DataError>(list), list.string());
  require_format<DataError>(json, list.string(), publication_format, publication_version);
  const JsonFields fields(json, list.string());
  for (const std::string& name : names_in(fields, "names")) {
    move_into_place(unfinished / staged_name / name, folder / name);
  }
  for (const std::string& name : names_in(fields, "former")) {
    fs::remove(folder / name, failure);
  }
  if (fields.flag("keep_state")) {
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
