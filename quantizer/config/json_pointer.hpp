#pragma once

#include <string>
#include <string_view>

namespace caloquant {

/// A key as one token of a JSON pointer (RFC 6901): "~" becomes "~0" and "/" becomes "~1".
[[nodiscard]] inline std::string escape_pointer_token(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

/// The pointer to the member `key` of what `pointer` leads to.
[[nodiscard]] inline std::string child_pointer(std::string pointer, std::string_view key) {
  return pointer.append("/").append(escape_pointer_token(key));
}

}  // namespace caloquant
