#include "graph/io/protobuf/wire_check.hpp"

#include <caloquant/error.hpp>
#include <cstdint>
#include <map>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int deepest = 24;
constexpr std::int64_t most_parts = 1'000'000;

enum WireType : std::uint32_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

WireType scalar_wire_type(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return fixed32;
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return fixed64;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return delimited;
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_ENUM:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  return varint;
}

class Walker {
 public:
  Walker(std::span<const std::byte> bytes, const std::string& file, const std::string& format)
      : bytes_(bytes), file_(file), format_(format) {}

  void walk(std::size_t end, const Descriptor& message, const std::string& path, int depth) {
    if (depth > deepest) {
      fail(position_, path, "messages are nested more than " + std::to_string(deepest) + " deep");
    }
    count_part(path);
    std::map<int, std::int64_t> seen;
    while (position_ < end) {
      const std::size_t start = position_;
      const std::uint64_t tag = read_varint(end, path);
      const auto number = static_cast<int>(tag >> 3);
      if (tag > 0xffffffffU || number == 0) {
        fail(start, path, "is no field tag");
      }
      const FieldDescriptor* field = message.FindFieldByNumber(number);
      const bool nested = field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE;
      const std::string inner = nested ? field_path(path, *field, seen[number]++) : path;
      skip_value(start, end, static_cast<std::uint32_t>(tag & 7), field, inner, depth);
    }
  }

 private:
  /// Protobuf makes an object of each message, string and unknown field, however short.
  void count_part(const std::string& path) {
    if (++parts_ > most_parts) {
      fail(position_, path,
           "there are more than " + std::to_string(most_parts) +
               " messages, strings and unknown fields");
    }
  }

  [[noreturn]] void fail(std::size_t offset, const std::string& path,
                         const std::string& problem) const {
    throw ModelError(file_ + ": byte " + std::to_string(offset) + (path.empty() ? "" : ", " + path),
                     problem, "the file is damaged or no " + format_ + " file");
  }

  static std::string field_path(const std::string& path, const FieldDescriptor& field,
                                std::int64_t index) {
    const std::string name = (path.empty() ? "" : path + ".") + field.name();
    return field.is_repeated() ? name + "[" + std::to_string(index) + "]" : name;
  }

  std::uint64_t read_varint(std::size_t end, const std::string& path) {
    const std::size_t start = position_;
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (position_ >= end) {
        fail(start, path, "a number ends behind its message");
      }
      const auto byte = static_cast<std::uint64_t>(bytes_[position_++]);
      value |= shift < 64 ? (byte & 0x7f) << shift : 0;
      if ((byte & 0x80) == 0) {
        return value;
      }
    }
    fail(start, path, "a number has more than 10 bytes");
  }

  void advance(std::uint64_t length, std::size_t start, std::size_t end, const std::string& path) {
    if (length > end - position_) {
      fail(start, path,
           "claims " + counted(length, "byte") + ", " + std::to_string(end - position_) +
               " are left");
    }
    position_ += static_cast<std::size_t>(length);
  }

  void skip_value(std::size_t start, std::size_t end, std::uint32_t wire,
                  const FieldDescriptor* field, const std::string& path, int depth) {
    if (field != nullptr && wire != scalar_wire_type(*field) &&
        !(wire == delimited && field->is_packable())) {
      fail(start, path, "has another type than " + format_ + " gives it");
    }
    const bool nested = field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE;
    if (field == nullptr || (!nested && !field->is_packable() && field->is_repeated())) {
      count_part(path);
    }
    switch (wire) {
      case varint:
        (void)read_varint(end, path);
        return;
      case fixed64:
        advance(8, start, end, path);
        return;
      case fixed32:
        advance(4, start, end, path);
        return;
      case delimited:
        break;
      default:
        fail(start, path, "has the unknown wire type " + std::to_string(wire));
    }
    const std::uint64_t length = read_varint(end, path);
    const std::size_t begin = position_;
    advance(length, start, end, path);
    if (nested) {
      const std::size_t inner_end = position_;
      position_ = begin;
      walk(inner_end, *field->message_type(), path, depth + 1);
    }
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  const std::string& format_;
  std::size_t position_ = 0;
  std::int64_t parts_ = 0;
};

}  // namespace

void check_wire(std::span<const std::byte> bytes, const Descriptor& message,
                const std::string& file, const std::string& format) {
  Walker(bytes, file, format).walk(bytes.size(), message, "", 0);
}

}  // namespace caloquant
