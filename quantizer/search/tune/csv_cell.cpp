#include "quantizer/search/tune/csv_cell.hpp"

#include "ops/core/terminal_text.hpp"

namespace caloquant {
namespace {

/// Spreadsheets take full-width forms for the characters themselves.
bool begins_formula(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return false;
  }
  switch (utf8_character(text, first).code_point) {
    case U'=':
    case U'+':
    case U'-':
    case U'@':
    case U'\t':
    case U'\r':
    case U'\n':
    case U'\uFF1D':
    case U'\uFF0B':
    case U'\uFF0D':
    case U'\uFF20':
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string csv_text(std::string_view text) {
  std::string quoted = begins_formula(text) ? "\"'" : "\"";
  for (const char c : text) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + "\"";
}

}  // namespace caloquant
