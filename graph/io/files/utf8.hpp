#pragma once

#include <string_view>

namespace caloquant {

/// Is the text UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF)? Own
/// code: the standard library has no such check, and ICU is too large for one.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace caloquant
