#include "graph/io/files/hdf5/lzf.hpp"

#include <algorithm>
#include <cstdint>

namespace caloquant::hdf5 {
namespace {

/// One step of the format.
struct Step {
  std::span<const std::byte> literals;  ///< empty: a copy
  std::size_t length = 0;
  std::size_t distance = 0;
};

/// Reads the step at the begin of `src` and takes it away; empty where it is cut off.
std::optional<Step> next_step(std::span<const std::byte>& src) {
  constexpr std::size_t literal_limit = 32;
  constexpr std::size_t long_length = 7;
  const auto control = std::to_integer<std::size_t>(src.front());
  src = src.subspan(1);
  if (control < literal_limit) {
    const std::size_t count = control + 1;
    if (src.size() < count) {
      return std::nullopt;
    }
    const Step step{src.first(count), count, 0};
    src = src.subspan(count);
    return step;
  }
  std::size_t length = control >> 5U;
  const std::size_t bytes = length == long_length ? 2 : 1;
  if (src.size() < bytes) {
    return std::nullopt;
  }
  if (length == long_length) {
    length += std::to_integer<std::size_t>(src.front());
  }
  const std::size_t distance =
      ((control & 0x1FU) << 8U) + std::to_integer<std::size_t>(src[bytes - 1]) + 1;
  src = src.subspan(bytes);
  return Step{{}, length + 2, distance};
}

}  // namespace

std::optional<std::size_t> unpack_lzf(std::span<const std::byte> src, std::span<std::byte> dst) {
  std::size_t at = 0;
  while (!src.empty()) {
    const std::optional<Step> step = next_step(src);
    if (!step || step->length > dst.size() - at || step->distance > at) {
      return std::nullopt;
    }
    if (step->distance == 0) {
      std::ranges::copy(step->literals, dst.subspan(at).begin());
    } else {
      for (std::size_t i = 0; i < step->length; ++i) {  // may overlap: byte after byte
        dst[at + i] = dst[at + i - step->distance];
      }
    }
    at += step->length;
  }
  return at;
}

std::optional<std::size_t> unpacked_size_of_lzf(std::span<const std::byte> src) {
  std::size_t size = 0;
  while (!src.empty()) {
    const std::optional<Step> step = next_step(src);
    if (!step) {
      return std::nullopt;
    }
    size += step->length;
  }
  return size;
}

}  // namespace caloquant::hdf5
