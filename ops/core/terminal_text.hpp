#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace caloquant {

/// A UTF-8 character (RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF).
struct Utf8Character {
  std::size_t bytes = 0;  ///< 0: there is none at this place
  char32_t code_point = 0;
};

/// The character at `at`, which must be a place in the text.
[[nodiscard]] Utf8Character utf8_character(std::string_view text, std::size_t at) noexcept;

/// Does a terminal act on the character instead of showing it, or is there nothing to be seen:
/// control characters, ends of lines, directions of writing, characters of no width?
[[nodiscard]] bool is_unseen(char32_t code_point) noexcept;

/// Text of others (names in files, paths) as it may stand on a terminal: what moves the cursor,
/// begins a new line, changes colours, turns the direction of writing around or cannot be seen is
/// escaped as in C ("\n", "\x1b", "\u202e"), and so is what is no UTF-8 ("\xff"). The rest stays,
/// backslashes too: names keep their look, and what was escaped once does not change again.
[[nodiscard]] std::string terminal_text(std::string_view text);

}  // namespace caloquant
