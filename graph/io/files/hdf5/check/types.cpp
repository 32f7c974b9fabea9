// Datatype messages: section IV.A.2.d of the HDF5 file format specification.
#include "graph/io/files/hdf5/check/walk.hpp"
#include "ops/core/enums.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr int deepest_type = 8;
constexpr std::uint64_t most_number_size = 16;  ///< long double

enum class TypeClass : std::uint8_t {
  fixed = 0,
  floating = 1,
  time = 2,
  string = 3,
  bitfield = 4,
  opaque = 5,
  compound = 6,
  reference = 7,
  enumeration = 8,
  variable = 9,
  array = 10,
};

struct Head {
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  std::uint32_t bits = 0;
  std::uint64_t size = 0;
};

void check_bits(Fields& fields, const Head& head) {
  const std::uint64_t offset = fields.u16();
  const std::uint64_t precision = fields.u16();
  fields.expect(
      head.size <= most_number_size && precision > 0 && offset + precision <= 8 * head.size,
      "describes an impossible number");
}

void check_float(Fields& fields, const Head& head) {
  check_bits(fields, head);
  const std::uint64_t exponent_at = fields.u8();
  const std::uint64_t exponent = fields.u8();
  const std::uint64_t mantissa_at = fields.u8();
  const std::uint64_t mantissa = fields.u8();
  const std::uint64_t sign_at = (head.bits >> 8) & 0xFFU;
  fields.skip(4);  // bias
  const std::uint64_t bits = 8 * head.size;
  const bool apart = exponent_at + exponent <= mantissa_at || mantissa_at + mantissa <= exponent_at;
  fields.expect(exponent > 0 && exponent <= 15 && mantissa > 0 && mantissa <= 112 && apart &&
                    exponent_at + exponent <= bits && mantissa_at + mantissa <= bits &&
                    sign_at < bits,
                "describes an impossible number");
}

/// Padding and character set of text.
void check_text_bits(const Fields& fields, std::uint32_t bits) {
  fields.expect((bits & 0xFU) <= 2 && bits >> 4 <= 1, "is text of an unknown kind");
}

/// Names of members, padded in the older versions.
void skip_name(Fields& fields, const Head& head) {
  const std::size_t begin = fields.position();
  (void)fields.text();
  if (head.version < 3) {
    fields.skip((8 - (fields.position() - begin) % 8) % 8);
  }
}

std::uint64_t array_elements(Fields& fields, const Head& head) {
  const std::size_t rank = fields.u8();
  fields.expect(rank >= 1 && rank <= 32, "has too many axes");
  fields.skip(head.version < 3 ? 3 : 0);
  std::uint64_t elements = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    elements = product(elements, fields.u32());
  }
  fields.skip(head.version < 3 ? 4 * rank : 0);
  return elements;
}

/// Returns whether a member is of variable length.
bool check_compound(Fields& fields, const Head& head, int depth) {
  bool is_variable = false;
  std::size_t width = 4;
  if (head.version >= 3) {
    width = head.size < 0x100 ? 1 : head.size < 0x10000 ? 2 : head.size < 0x1000000 ? 3 : 4;
  }
  const std::uint32_t members = head.bits & 0xFFFFU;
  fields.expect(members > 0, "has no members");
  for (std::uint32_t i = 0; i < members; ++i) {
    skip_name(fields, head);
    const std::uint64_t offset = fields.number(width);
    std::uint64_t elements = 1;
    if (head.version == 1) {
      const std::size_t rank = fields.u8();
      fields.expect(rank <= 4, "has too many axes");
      fields.skip(11);
      for (std::size_t k = 0; k < 4; ++k) {
        const std::uint64_t extent = fields.u32();
        elements = k < rank ? product(elements, extent) : elements;
      }
    }
    const Type member = read_type(fields, depth + 1);
    is_variable = is_variable || member.variable;
    fields.expect(offset <= head.size && product(elements, member.size) <= head.size - offset,
                  "has a member beyond its end");
  }
  return is_variable;
}

void check_enumeration(Fields& fields, const Head& head, int depth) {
  const Type base = read_type(fields, depth + 1);
  fields.expect(base.size == head.size && !base.variable, "has another size than its base");
  const std::uint32_t members = head.bits & 0xFFFFU;
  for (std::uint32_t i = 0; i < members; ++i) {
    skip_name(fields, head);
  }
  fields.skip(product(members, base.size));
}

}  // namespace

Type read_type(Fields& fields, int depth) {
  fields.expect(depth < deepest_type, "is nested too deeply");
  const std::uint8_t first = fields.u8();
  Head head;
  head.version = first >> 4;
  head.kind = first & 0x0FU;
  head.bits = static_cast<std::uint32_t>(fields.number(3));
  head.size = fields.u32();
  fields.expect(head.version >= 1 && head.version <= 4, "has an unknown version");
  fields.expect(head.size > 0, "has the size 0");
  fields.expect(head.kind < enum_count<TypeClass>, "is of an unknown class");
  Type type{head.size, false, 1};
  switch (static_cast<TypeClass>(head.kind)) {
    case TypeClass::fixed:
    case TypeClass::bitfield:
      check_bits(fields, head);
      break;
    case TypeClass::floating:
      check_float(fields, head);
      break;
    case TypeClass::time:
      fields.skip(2);
      break;
    case TypeClass::string:
      check_text_bits(fields, head.bits);
      break;
    case TypeClass::opaque:
      fields.skip(head.bits & 0xFFU);
      break;
    case TypeClass::compound:
      type.variable = check_compound(fields, head, depth);
      break;
    case TypeClass::reference:
      fields.expect((head.bits & 0xFU) <= 4, "is of an unknown kind");
      break;
    case TypeClass::enumeration:
      check_enumeration(fields, head, depth);
      break;
    case TypeClass::variable: {
      const Type item = read_type(fields, depth + 1);
      fields.expect((head.bits & 0xFU) <= 1 && head.size >= 10 && head.size <= 16,
                    "has an impossible size");
      check_text_bits(fields, head.bits >> 4);
      type.variable = true;
      type.item_size = item.size;
      break;
    }
    case TypeClass::array: {
      const std::uint64_t elements = array_elements(fields, head);
      const Type item = read_type(fields, depth + 1);
      fields.expect(product(elements, item.size) == head.size, "has an impossible size");
      type.variable = item.variable;
      break;
    }
  }
  return type;
}

}  // namespace caloquant::hdf5
