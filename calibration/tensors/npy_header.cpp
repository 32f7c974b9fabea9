#include "calibration/tensors/npy_header.hpp"

#include <array>
#include <caloquant/error.hpp>
#include <charconv>
#include <string_view>
#include <utility>

#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 65536;

using Types = std::array<std::pair<std::string_view, NpyType>, 12>;
constexpr Types types{{{"f2", NpyType::f2},
                       {"f4", NpyType::f4},
                       {"f8", NpyType::f8},
                       {"b1", NpyType::b1},
                       {"u1", NpyType::u1},
                       {"i1", NpyType::i1},
                       {"u2", NpyType::u2},
                       {"i2", NpyType::i2},
                       {"u4", NpyType::u4},
                       {"i4", NpyType::i4},
                       {"u8", NpyType::u8},
                       {"i8", NpyType::i8}}};

/// The dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } as NumPy writes it.
class Dictionary {
 public:
  Dictionary(std::string text, std::string place)
      : text_(std::move(text)), place_(std::move(place)) {}

  [[nodiscard]] NpyType type() const {
    const std::string_view value = after("'descr':");
    const std::size_t end = value.find('\'', 1);
    if (value.empty() || value[0] != '\'' || end == std::string_view::npos) {
      fail("has no simple element type", "save an array of numbers");
    }
    const std::string_view name = value.substr(1, end - 1);
    for (const auto& [known, type] : types) {
      const bool little = !name.empty() && (name[0] == '<' || (name[0] == '|' && known[1] == '1'));
      if (little && name.substr(1) == known) {
        return type;
      }
    }
    fail("holds elements of type '" + std::string(name) + "'", "save it with .astype('float32')");
  }
  void expect_c_order() const {
    if (after("'fortran_order':").rfind("False", 0) != 0) {
      fail("is stored in Fortran order", "save it with numpy.ascontiguousarray()");
    }
  }
  [[nodiscard]] Shape shape() const {
    std::string_view value = after("'shape':");
    const std::size_t end = value.find(')');
    if (value.empty() || value[0] != '(' || end == std::string_view::npos) {
      fail("has no shape", "");
    }
    value = value.substr(1, end - 1);
    Shape shape;
    while (value.find_first_not_of(", ") != std::string_view::npos) {
      value.remove_prefix(value.find_first_not_of(", "));
      std::int64_t extent = -1;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), extent);
      if (parsed.ec != std::errc() || extent < 0) {
        fail("has a shape that cannot be read", "");
      }
      shape.push_back(extent);
      value.remove_prefix(static_cast<std::size_t>(parsed.ptr - value.data()));
    }
    return shape;
  }

 private:
  [[nodiscard]] std::string_view after(std::string_view key) const {
    const std::size_t at = text_.find(key);
    if (at == std::string::npos) {
      return {};
    }
    const std::size_t value = text_.find_first_not_of(' ', at + key.size());
    return value == std::string::npos ? std::string_view() : std::string_view(text_).substr(value);
  }
  [[noreturn]] void fail(std::string problem, std::string remedy) const {
    throw DataError(place_, std::move(problem), std::move(remedy));
  }

  std::string text_;
  std::string place_;
};

/// Bytes that the extents ask for, or -1 when that does not fit.
std::int64_t bytes_of(const NpyHeader& header) {
  std::int64_t bytes = static_cast<std::int64_t>(size_of(header.type));
  for (const std::int64_t extent : header.shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      return -1;
    }
  }
  return bytes;
}

}  // namespace

std::size_t size_of(NpyType type) noexcept {
  for (const auto& [name, known] : types) {
    if (known == type) {
      return static_cast<std::size_t>(name[1] - '0');
    }
  }
  return 0;
}

NpyHeader read_npy_header(const std::filesystem::path& file) {
  const InputFile bytes = InputFile::open(file, ErrorKind::data);
  std::array<char, 12> head{};
  const std::string_view start(head.data(), bytes.read(0, head));
  if (start.size() < head.size() || start.substr(0, magic.size()) != magic) {
    throw DataError(file.string(), "is no .npy file", "save the array with numpy.save()");
  }
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
  const bool long_form = byte(6) >= 2;  // the major version
  const std::size_t length =
      byte(8) + 256U * byte(9) + (long_form ? 65536U * byte(10) + 16777216U * byte(11) : 0U);
  const std::int64_t begin = long_form ? 12 : 10;
  if (length > longest_header) {
    throw DataError(file.string() + " at byte 8", "claims a header of " + counted(length, "byte"));
  }
  std::string text(length, '\0');
  if (bytes.read(static_cast<std::uint64_t>(begin), std::span(text)) != length) {
    throw DataError(file.string(), "ends within its header", "copy the file again");
  }
  const Dictionary dictionary(std::move(text), file.string() + " at byte " + std::to_string(begin));
  dictionary.expect_c_order();
  NpyHeader header{dictionary.type(), dictionary.shape(),
                   begin + static_cast<std::int64_t>(length)};
  const std::int64_t wanted = bytes_of(header);
  const auto there = static_cast<std::int64_t>(bytes.size()) - header.data;
  if (wanted < 0 || wanted > there) {
    throw DataError(file.string() + " at byte " + std::to_string(header.data),
                    "holds " + counted(there, "byte") + " of the array " + to_string(header.shape),
                    "copy the file again");
  }
  return header;
}

}  // namespace caloquant
