#pragma once

#include <string_view>

namespace caloquant {

/// Is the text UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF)?
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace caloquant
