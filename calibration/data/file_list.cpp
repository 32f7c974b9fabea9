#include "calibration/data/file_list.hpp"

#include <glob.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <memory>

#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

/// `text` with a backslash before each character that glob() would read as a sign; those in
/// `allowed` keep their meaning.
std::string escaped(const std::string& text, const std::string& allowed) {
  std::string result;
  for (const char c : text) {
    if (std::string("*?[\\").find(c) != std::string::npos && allowed.find(c) == std::string::npos) {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::vector<std::filesystem::path> matches(const std::string& pattern,
                                           const std::filesystem::path& base_folder) {
  const bool absolute = std::filesystem::path(pattern).is_absolute();
  const std::string full = absolute || base_folder.empty()
                               ? escaped(pattern, "*?")
                               : escaped((base_folder / "").string(), "") + escaped(pattern, "*?");
  glob_t found{};
  const std::unique_ptr<glob_t, void (*)(glob_t*)> guard(&found, ::globfree);
  std::vector<std::filesystem::path> result;
  if (::glob(full.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      result.emplace_back(found.gl_pathv[i]);
    }
  }
  if (result.empty()) {
    throw DataError((base_folder / pattern).string(), "matches no file",
                    "check the pattern; relative ones start from the folder of the config");
  }
  return result;
}

}  // namespace

std::vector<std::filesystem::path> expand_files(const std::vector<std::string>& patterns,
                                                const std::filesystem::path& base_folder,
                                                bool folders) {
  std::vector<std::filesystem::path> files;
  for (const std::string& pattern : patterns) {
    if (pattern.find_first_of("*?") != std::string::npos) {
      const auto found = matches(pattern, base_folder);
      files.insert(files.end(), found.begin(), found.end());
      continue;
    }
    files.push_back(base_folder / pattern);
    if (!is_ordinary_file(files.back()) && !(folders && is_folder(files.back()))) {
      throw DataError(files.back().string(), "there is no such file",
                      "check the path; relative ones start from the folder of the config");
    }
  }
  for (std::filesystem::path& file : files) {
    file = file.lexically_normal();
  }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace caloquant
