#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace caloquant {

/// With spaces behind it, so that it has at least so many characters.
[[nodiscard]] inline std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) {
    text.append(width - text.size(), ' ');
  }
  return text;
}

/// The text in lines of at most `width` characters, broken at spaces; a longer word has a line of
/// its own. At least one line.
[[nodiscard]] inline std::vector<std::string> wrapped_lines(const std::string& text,
                                                            std::size_t width) {
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return lines;
}

}  // namespace caloquant
