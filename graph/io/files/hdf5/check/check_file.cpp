// The superblock, from which everything is reached: section II.A of the specification.
#include "graph/io/files/hdf5/check/check_file.hpp"

#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr const char* signature = "\x89HDF\r\n\x1a\n";
constexpr std::uint64_t signature_size = 8;
constexpr std::uint64_t ranks_message = 0x13;

bool is_possible_size(std::size_t size) {
  return size == 2 || size == 4 || size == 8;
}

void read_sizes(Walk& walk, Fields& fields) {
  walk.offset_size = fields.u8();
  walk.length_size = fields.u8();
  fields.expect(is_possible_size(walk.offset_size) && is_possible_size(walk.length_size),
                "has addresses of an impossible size");
}

/// The root group's entry of versions 0 and 1.
void read_root(Walk& walk, Fields& fields) {
  fields.skip(walk.length_size);
  const std::uint64_t root = walk.address(fields);
  const std::uint32_t cached = fields.u32();
  fields.skip(4);
  fields.expect(cached <= 1, "has a root of an unknown kind");
  walk.visit(root);
  if (cached == 1) {
    const std::uint64_t tree = walk.address(fields);
    check_group(walk, tree, walk.address(fields));
  }
}

void check_old_superblock(Walk& walk, std::uint8_t version) {
  const Block start = walk.peek(0, 16, "superblock");
  Fields sizes = start.fields();
  sizes.skip(13);
  read_sizes(walk, sizes);
  const std::uint64_t size =
      (version == 1 ? 28 : 24) + 4 * walk.offset_size + (walk.length_size + walk.offset_size + 24);
  const Block block = walk.claim(0, size, "superblock");
  Fields fields = block.fields();
  fields.skip(9);
  const bool known = fields.u8() == 0 && fields.u8() == 0 && fields.u8() == 0 && fields.u8() == 0;
  fields.expect(known, "has an unknown version of a part");
  fields.skip(3);
  walk.ranks.group_leaf = fields.u16();
  walk.ranks.group = fields.u16();
  fields.expect(walk.ranks.group_leaf > 0 && walk.ranks.group > 0, "has nodes without room");
  fields.skip(4);
  if (version == 1) {
    walk.ranks.chunks = fields.u16();
    fields.expect(walk.ranks.chunks > 0, "has nodes without room");
    fields.skip(2);
  }
  fields.skip(3 * walk.offset_size);
  fields.expect(!walk.defined(walk.address(fields)), "needs a driver for files in parts");
  read_root(walk, fields);
}

void read_ranks(Walk& walk, std::uint64_t extension) {
  const ObjectHeader header = read_object_header(walk, extension, true);
  for (const Message& message : header.messages) {
    if (message.kind == ranks_message && !message.shared) {
      Fields fields = message.fields;
      fields.skip(1);
      walk.ranks.chunks = fields.u16();
      walk.ranks.group = fields.u16();
      walk.ranks.group_leaf = fields.u16();
    }
  }
}

void check_new_superblock(Walk& walk) {
  const Block start = walk.peek(0, 12, "superblock");
  Fields sizes = start.fields();
  sizes.skip(9);
  read_sizes(walk, sizes);
  const Block block = walk.claim(0, 16 + 4 * walk.offset_size, "superblock");
  Fields fields = block.fields();
  fields.skip(12 + walk.offset_size);
  const std::uint64_t extension = walk.address(fields);
  fields.skip(walk.offset_size);
  walk.visit(walk.address(fields));
  if (walk.defined(extension)) {
    read_ranks(walk, extension);
  }
}

void check_superblock(Walk& walk) {
  const Block start = walk.peek(0, signature_size + 1, "superblock");
  Fields fields = start.fields();
  fields.skip(signature_size);
  const std::uint8_t version = fields.u8();
  fields.expect(version <= 3, "has an unknown version");
  if (version < 2) {
    check_old_superblock(walk, version);
  } else {
    check_new_superblock(walk);
  }
}

}  // namespace

std::optional<std::uint64_t> superblock_in(const FileBytes& file) {
  for (std::uint64_t at = 0; at + signature_size <= file.size(); at = at == 0 ? 512 : 2 * at) {
    const std::vector<std::byte> bytes = file.read(at, signature_size, "superblock");
    if (std::equal(bytes.begin(), bytes.end(), reinterpret_cast<const std::byte*>(signature))) {
      return at;
    }
  }
  return std::nullopt;
}

std::optional<std::string> damage_in(const FileBytes& file) {
  Walk walk(file);
  try {
    walk.base = superblock_in(file).value_or(0);
    check_superblock(walk);
    while (!walk.waiting_objects.empty()) {
      const std::uint64_t object = walk.waiting_objects.front();
      walk.waiting_objects.pop_front();
      check_object(walk, object);
    }
    if (walk.in_newer_forms) {
      check_hidden_collections(walk);
    }
  } catch (const Damaged& damage) {
    return damage.problem;
  }
  return std::nullopt;
}

}  // namespace caloquant::hdf5
