#pragma once

#include <string>

namespace caloquant {

/// Text that says good, bad or neither, in colour where that is wanted; a terminal's escape
/// sequences have no width.
struct TextStyle {
  bool color = false;

  [[nodiscard]] std::string good(const std::string& text) const { return painted(text, "32"); }
  [[nodiscard]] std::string bad(const std::string& text) const { return painted(text, "31"); }
  [[nodiscard]] std::string amber(const std::string& text) const { return painted(text, "33"); }

 private:
  [[nodiscard]] std::string painted(const std::string& text, const char* code) const {
    return color ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
};

}  // namespace caloquant
