#include "graph/io/files/text_file.hpp"

#include <caloquant/error.hpp>
#include <fstream>

#include "ops/core/input_file.hpp"

namespace caloquant {

void write_text_file(const std::string& text, const std::filesystem::path& file) {
  if (is_folder(file)) {
    throw BackendError(file.string(), "is a folder", "name a file in it");
  }
  const std::filesystem::path partial = file.string() + ".partial";
  std::ofstream stream(partial, std::ios::binary);
  stream << text;
  stream.close();
  std::error_code failure;
  if (stream) {
    std::filesystem::rename(partial, file, failure);
  }
  if (!stream || failure) {
    std::filesystem::remove(partial, failure);
    throw BackendError(file.string(), "cannot be written", "check the folder and the free space");
  }
}

}  // namespace caloquant
