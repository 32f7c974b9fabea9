#include "graph/io/files/output_guard.hpp"

#include <caloquant/error.hpp>

namespace caloquant {
namespace {

namespace fs = std::filesystem;

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code failure;
  return fs::equivalent(a, b, failure) && !failure;
}

/// Is `output` the file `input`, or a file of the folder `input`?
bool is_of(const fs::path& output, const fs::path& input) {
  std::error_code failure;
  if (!fs::is_directory(input, failure)) {
    return same_file(output, input);
  }
  fs::recursive_directory_iterator at(input, fs::directory_options::skip_permission_denied,
                                      failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    std::error_code no_file;
    if (at->is_regular_file(no_file) && same_file(output, at->path())) {
      return true;
    }
  }
  return false;
}

}  // namespace

void refuse_overwriting(const std::string& option, const fs::path& output,
                        const std::vector<fs::path>& inputs) {
  std::error_code failure;
  if (output.empty() || !fs::is_regular_file(output, failure)) {
    return;  // nothing is lost, and devices can be written to
  }
  for (const fs::path& input : inputs) {
    if (!input.empty() && is_of(output, input)) {
      throw UsageError(
          option,
          "'" + output.string() + "' would overwrite what is read: '" + input.string() + "'",
          "name another file");
    }
  }
}

void refuse_same_output(const std::string& option, const fs::path& output,
                        const std::string& other_option, const fs::path& other) {
  if (output.empty() || other.empty()) {
    return;
  }
  std::error_code failure;
  if (fs::exists(output, failure) && !fs::is_regular_file(output, failure)) {
    return;  // a device takes both
  }
  const auto whole = [](const fs::path& path) {
    std::error_code none;
    return fs::weakly_canonical(fs::absolute(path, none), none);
  };
  if (same_file(output, other) || whole(output) == whole(other)) {
    throw UsageError(option, "'" + output.string() + "' is the file of " + other_option + ", too",
                     "name another file");
  }
}

}  // namespace caloquant
