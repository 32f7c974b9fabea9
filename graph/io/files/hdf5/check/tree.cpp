#include "graph/io/files/hdf5/check/tree.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr std::uint64_t most_levels = 16;

void walk_node(Walk& walk, std::uint64_t at, std::optional<std::uint64_t> level,
               const TreeKind& kind, const TreeVisitor& visit) {
  const std::uint64_t size = 8 + 2 * walk.offset_size + kind.most_entries * walk.offset_size +
                             (kind.most_entries + 1) * kind.key_bytes;
  const Block block = walk.claim(at, size, kind.what);
  Fields fields = block.fields();
  fields.expect_signature("TREE");
  fields.expect(fields.u8() == kind.type, "is an index of something else");
  const std::uint64_t found = fields.u8();
  fields.expect(level ? found == *level : found < most_levels, "is at another level");
  const std::uint64_t used = fields.u16();
  fields.expect(used <= kind.most_entries, "holds more entries than it can");
  fields.skip(2 * walk.offset_size);  // neighbours, which reading does not follow
  for (std::uint64_t i = 0; i < used; ++i) {
    const Fields key = fields.part(kind.key_bytes, fields.name());
    const std::uint64_t child = walk.address(fields);
    if (found == 0) {
      visit(key, child);
    } else {
      visit(key, std::nullopt);
      walk_node(walk, child, found - 1, kind, visit);
    }
  }
  if (used > 0) {
    visit(fields.part(kind.key_bytes, fields.name()), std::nullopt);
  }
}

}  // namespace

void walk_tree(Walk& walk, std::uint64_t root, const TreeKind& kind, const TreeVisitor& visit) {
  walk_node(walk, root, std::nullopt, kind, visit);
}

}  // namespace caloquant::hdf5
