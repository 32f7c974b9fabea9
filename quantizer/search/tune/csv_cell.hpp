#pragma once

#include <string>
#include <string_view>

namespace caloquant {

/// Text as a cell of CSV (RFC 4180), always in quotes. A cell that a spreadsheet would compute
/// (first character = + - @, tab or end of line; spaces in front do not hide them) begins with an
/// apostrophe, which makes it text (OWASP, "CSV Injection"). Numbers of ours need no quotes and are
/// not to go through here.
[[nodiscard]] std::string csv_text(std::string_view text);

}  // namespace caloquant
