#include "graph/io/files/text_file.hpp"

#include "graph/io/files/output_file.hpp"

#include "ops/core/input_file.hpp"

namespace caloquant {

void write_text_file(const std::string& text, const std::filesystem::path& file) {
  OutputFile output(file);
  output.write(text);
  output.commit();
}

}  // namespace caloquant
