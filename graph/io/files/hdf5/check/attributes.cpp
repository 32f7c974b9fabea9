// Attributes, shared datatypes and the global heaps that variable-length values live in.
#include <algorithm>
#include <string_view>

#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

/// Each value of variable length must be an object of a heap that is large enough.
void check_references(Walk& walk, Fields& data, const Type& type, std::uint64_t elements) {
  for (std::uint64_t i = 0; i < elements; ++i) {
    const std::uint64_t items = data.u32();
    const std::uint64_t heap = walk.address(data);
    const std::uint64_t index = data.u32();
    if (items == 0 || heap == 0 || !walk.defined(heap)) {
      data.expect(items == 0, "has a text that is nowhere");
      continue;
    }
    const auto& sizes = read_collection(walk, heap);
    const auto found = sizes.find(index);
    data.expect(found != sizes.end() && product(items, type.item_size) <= found->second,
                "has a text that its heap does not hold");
  }
}

}  // namespace

const std::map<std::uint64_t, std::uint64_t>& read_collection(Walk& walk, std::uint64_t at) {
  const auto known = walk.collections.find(at);
  if (known != walk.collections.end()) {
    return known->second;
  }
  const std::size_t head_size = 8 + walk.length_size;
  const Block head = walk.peek(at, head_size, "global heap");
  Fields start = head.fields();
  start.expect_signature("GCOL");
  start.expect(start.u8() == 1, "has an unknown version");
  start.skip(3);
  const std::uint64_t size = walk.length(start);
  start.expect(size >= head_size, "is too small");
  const Block block = walk.claim(at, size, "global heap");
  Fields fields = block.fields();
  fields.skip(head_size);
  std::map<std::uint64_t, std::uint64_t> sizes;
  while (fields.left() >= 8 + walk.length_size) {
    const std::uint64_t index = fields.u16();
    fields.skip(6);
    const std::uint64_t bytes = walk.length(fields);
    if (index == 0) {  // the free rest, with its head
      fields.expect(bytes == 8 + walk.length_size + fields.left(),
                    "has free space that does not fill its end");
      break;
    }
    fields.expect(bytes <= fields.left(), "has an object beyond its end");
    fields.expect(sizes.emplace(index, bytes).second, "has an object twice");
    fields.skip(std::min<std::uint64_t>((bytes + 7) / 8 * 8, fields.left()));
  }
  return walk.collections.emplace(at, std::move(sizes)).first->second;
}

void check_hidden_collections(Walk& walk) {
  constexpr std::string_view begin("GCOL\1\0\0\0", 8);
  constexpr std::uint64_t piece = std::uint64_t{1} << 20;
  for (const auto& [first, last] : walk.claims.gaps(walk.bytes.size() - walk.base)) {
    for (std::uint64_t at = first; at < last; at += piece) {
      const std::uint64_t count = std::min(piece + begin.size() - 1, last - at);
      const Block block = walk.peek(at, count, "free space");
      const std::string_view text(reinterpret_cast<const char*>(block.bytes.data()),
                                  block.bytes.size());
      for (std::size_t found = text.find(begin); found != std::string_view::npos;
           found = text.find(begin, found + 1)) {
        (void)read_collection(walk, at + found);
      }
    }
  }
}

std::optional<Type> read_shared_type(Walk& walk, Fields fields) {
  const std::uint8_t version = fields.u8();
  const std::uint8_t kind = fields.u8();
  fields.expect(version >= 1 && version <= 3, "is shared in an unknown way");
  if (version == 3 && kind == 1) {
    return std::nullopt;  // in a heap of shared messages, which has checksums
  }
  fields.skip(version == 1 ? 6 : 0);
  const std::uint64_t at = walk.address(fields);
  walk.visit(at);
  const ObjectHeader header = read_object_header(walk, at, false);
  for (const Message& message : header.messages) {
    if (message.kind == datatype_message && !message.shared) {
      Fields type = message.fields;
      return read_type(type);
    }
  }
  throw Damaged{fields.name() + ": has a type that is none"};
}

void check_attribute(Walk& walk, Fields fields) {
  const std::uint8_t version = fields.u8();
  const std::uint8_t flags = fields.u8();
  fields.expect(version >= 1 && version <= 3, "is an attribute of an unknown version");
  fields.expect(version == 1 ? true : flags <= 3, "is an impossible attribute");
  const std::size_t name_size = fields.u16();
  const std::size_t type_size = fields.u16();
  const std::size_t space_size = fields.u16();
  fields.skip(version == 3 ? 1 : 0);
  const auto padded = [version](std::size_t size) {
    return version == 1 ? (size + 7) / 8 * 8 : size;
  };
  Fields name_field = fields.part(padded(name_size), fields.name());
  const std::string name = name_field.text();
  const std::string place = fields.name() + ", attribute '" + name + "'";
  fields.expect(name.size() < name_size, "has an attribute without a name");
  Fields type_field = fields.part(padded(type_size), place);
  Fields space_field = fields.part(padded(space_size), place);
  const bool shared_space = version > 1 && (flags & 2U) != 0;
  const std::optional<Type> found = version > 1 && (flags & 1U) != 0
                                        ? read_shared_type(walk, type_field)
                                        : std::optional(read_type(type_field));
  if (!found || shared_space) {
    return;  // in a heap of messages, which has checksums
  }
  const Type type = *found;
  const Space space = read_space(walk, space_field);
  Fields data = fields.part(fields.left(), place);
  data.expect(product(space.elements, type.size) <= data.left(), "claims more than it holds");
  if (type.variable && type.size == 8 + walk.offset_size) {
    check_references(walk, data, type, space.elements);
  }
}

}  // namespace caloquant::hdf5
