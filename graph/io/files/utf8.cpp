#include "graph/io/files/utf8.hpp"

#include "ops/core/terminal_text.hpp"

namespace caloquant {

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = utf8_character(text, at).bytes;
    if (bytes == 0) {
      return false;
    }
    at += bytes;
  }
  return true;
}

}  // namespace caloquant
