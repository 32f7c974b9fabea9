#include "graph/io/files/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace caloquant {
namespace {

struct Lead {
  std::size_t more;     ///< bytes behind the first
  std::uint32_t bits;   ///< of the first byte
  std::uint32_t least;  ///< code point that needs so many bytes
};

/// What the first byte says; `more` beyond 3 for one that begins nothing.
Lead lead_of(unsigned char byte) {
  if (byte < 0x80U) {
    return {0, byte, 0};
  }
  if (byte >= 0xC0U && byte < 0xE0U) {
    return {1, byte & 0x1FU, 0x80};
  }
  if (byte >= 0xE0U && byte < 0xF0U) {
    return {2, byte & 0x0FU, 0x800};
  }
  if (byte >= 0xF0U && byte < 0xF8U) {
    return {3, byte & 0x07U, 0x10000};
  }
  return {4, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[i]));
    if (lead.more > 3 || text.size() - i <= lead.more) {
      return false;
    }
    std::uint32_t code = lead.bits;
    for (std::size_t k = 1; k <= lead.more; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xC0U) != 0x80U) {
        return false;
      }
      code = code << 6U | (byte & 0x3FU);
    }
    if (code < lead.least || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) {
      return false;
    }
    i += lead.more + 1;
  }
  return true;
}

}  // namespace caloquant
