#include "graph/io/files/model_hash.hpp"

#include <map>
#include <system_error>

#include "graph/io/files/sha256.hpp"

namespace caloquant {

namespace fs = std::filesystem;

std::string sha256_of_model(const fs::path& model) {
  std::error_code failure;
  if (!fs::is_directory(model, failure)) {
    return sha256_of_file(model);
  }
  std::map<std::string, std::string> hashes;
  for (fs::recursive_directory_iterator entry(model, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->is_regular_file(failure)) {
      hashes[entry->path().lexically_relative(model).generic_string()] =
          sha256_of_file(entry->path());
    }
  }
  if (failure) {
    return {};
  }
  Sha256 all;
  for (const auto& [name, hash] : hashes) {
    if (hash.empty()) {
      return {};
    }
    for (const std::string& part : {hash, std::string("  "), name, std::string("\n")}) {
      all.update(part);
    }
  }
  return all.finish();
}

}  // namespace caloquant
