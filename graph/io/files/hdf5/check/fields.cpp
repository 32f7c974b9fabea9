#include "graph/io/files/hdf5/check/fields.hpp"

#include <algorithm>
#include <cstring>

namespace caloquant::hdf5 {

void Fields::expect(bool holds, const char* problem) const {
  if (!holds) {
    throw Damaged{name_ + ": " + problem};
  }
}

std::uint64_t Fields::number(std::size_t width) {
  expect(left() >= width, "ends too early");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= std::to_integer<std::uint64_t>(bytes_[at_ + i]) << (8 * i);
  }
  at_ += width;
  return value;
}

void Fields::skip(std::size_t count) {
  expect(left() >= count, "ends too early");
  at_ += count;
}

void Fields::skip_to_multiple(std::size_t of) {
  skip((of - at_ % of) % of);
}

Fields Fields::part(std::size_t count, const std::string& name) {
  expect(left() >= count, "ends too early");
  Fields part(bytes_.subspan(at_, count), name);
  at_ += count;
  return part;
}

std::string Fields::text() {
  const auto rest = bytes_.subspan(at_);
  const auto end = std::find(rest.begin(), rest.end(), std::byte{0});
  expect(end != rest.end(), "has a name without an end");
  std::string text;
  std::transform(rest.begin(), end, std::back_inserter(text),
                 [](std::byte byte) { return static_cast<char>(byte); });
  at_ += text.size() + 1;
  return text;
}

void Fields::expect_signature(const char* signature) {
  const std::size_t size = std::strlen(signature);
  expect(left() >= size && std::memcmp(bytes_.data() + at_, signature, size) == 0,
         "has another signature");
  at_ += size;
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  if (a != 0 && b > most / a) {
    throw Damaged{"a size overflows"};
  }
  return a * b;
}

}  // namespace caloquant::hdf5
