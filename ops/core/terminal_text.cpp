#include "ops/core/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace caloquant {
namespace {

struct Lead {
  std::size_t bytes;  ///< of the character; 0 for a byte that begins none
  char32_t bits;      ///< of the first byte
  char32_t least;     ///< code point that needs so many bytes
};

Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80U) {
    return {1, byte, 0};
  }
  if (byte >= 0xC0U && byte < 0xE0U) {
    return {2, byte & 0x1FU, 0x80};
  }
  if (byte >= 0xE0U && byte < 0xF0U) {
    return {3, byte & 0x0FU, 0x800};
  }
  if (byte >= 0xF0U && byte < 0xF8U) {
    return {4, byte & 0x07U, 0x10000};
  }
  return {0, 0, 0};
}

struct Interval {
  char32_t first;
  char32_t last;
};

/// Categories Cc, Zl, Zp and the invisible ones of Cf and of the variation selectors (Unicode 15).
constexpr std::array unseen{
    Interval{0x0000, 0x001F}, Interval{0x007F, 0x009F},  // C0, DEL, C1
    Interval{0x00AD, 0x00AD},                            // soft hyphen
    Interval{0x061C, 0x061C}, Interval{0x180E, 0x180E},
    Interval{0x200B, 0x200F}, Interval{0x2028, 0x202E},  // zero width, lines, directions
    Interval{0x2060, 0x206F}, Interval{0xFEFF, 0xFEFF},
    Interval{0xFFF9, 0xFFFB}, Interval{0xE0000, 0xE0FFF},  // annotations, tags
};

std::string escape(char32_t code_point) {
  switch (code_point) {
    case U'\n':
      return "\\n";
    case U'\r':
      return "\\r";
    case U'\t':
      return "\\t";
    default:
      break;
  }
  std::array<char, 16> text{};
  const char* const form = code_point < 0x80      ? "\\x%02x"
                           : code_point < 0x10000 ? "\\u%04x"
                                                  : "\\U%08x";
  std::snprintf(text.data(), text.size(), form, static_cast<unsigned>(code_point));
  return text.data();
}

}  // namespace

Utf8Character utf8_character(std::string_view text, std::size_t at) noexcept {
  const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
  if (lead.bytes == 0 || text.size() - at < lead.bytes) {
    return {};
  }
  char32_t code = lead.bits;
  for (std::size_t k = 1; k < lead.bytes; ++k) {
    const auto byte = static_cast<unsigned char>(text[at + k]);
    if ((byte & 0xC0U) != 0x80U) {
      return {};
    }
    code = code << 6U | (byte & 0x3FU);
  }
  if (code < lead.least || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) {
    return {};
  }
  return {lead.bytes, code};
}

bool is_unseen(char32_t code_point) noexcept {
  return std::ranges::any_of(unseen, [&](const Interval& interval) {
    return code_point >= interval.first && code_point <= interval.last;
  });
}

std::string terminal_text(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_character(text, at);
    if (character.bytes == 0) {
      std::array<char, 8> byte{};
      std::snprintf(byte.data(), byte.size(), "\\x%02x", static_cast<unsigned char>(text[at]));
      safe += byte.data();
      ++at;
      continue;
    }
    if (is_unseen(character.code_point)) {
      safe += escape(character.code_point);
    } else {
      safe += text.substr(at, character.bytes);
    }
    at += character.bytes;
  }
  return safe;
}

}  // namespace caloquant
