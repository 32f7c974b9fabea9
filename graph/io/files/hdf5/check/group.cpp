// Groups of the old form: sections III.B (symbol table nodes), III.C (symbol table entries) and
// III.D (local heaps) of the HDF5 file format specification.
#include <set>

#include "graph/io/files/hdf5/check/tree.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr std::uint64_t end_of_free_list = 1;

/// Walks the tree of one group from the left to the right.
class GroupTree {
 public:
  GroupTree(Walk& walk, const Block& names) : walk_(walk), names_(names) {}

  void walk(std::uint64_t root) {
    walk_tree(walk_, root, {0, 2 * walk_.ranks.group, walk_.length_size, "index of a group"},
              [this](Fields key, std::optional<std::uint64_t> members) {
                (void)name_at(walk_.length(key));
                if (members) {
                  symbols(*members);
                }
              });
  }

 private:
  [[nodiscard]] std::string name_at(std::uint64_t offset) const {
    Fields fields = names_.fields();
    fields.skip(offset);
    return fields.text();
  }

  void symbols(std::uint64_t at) {
    const std::uint64_t most = 2 * walk_.ranks.group_leaf;
    const std::uint64_t size = 8 + most * (2 * walk_.offset_size + 24);
    const Block block = walk_.claim(at, size, "members of a group");
    Fields fields = block.fields();
    fields.expect_signature("SNOD");
    fields.expect(fields.u8() == 1, "has an unknown version");
    fields.skip(1);
    const std::uint64_t used = fields.u16();
    fields.expect(used <= most, "holds more members than it can");
    for (std::uint64_t i = 0; i < used; ++i) {
      symbol(fields);
    }
  }

  void symbol(Fields& fields) {
    const std::string name = name_at(walk_.length(fields));
    fields.expect(!name.empty() && (last_.empty() || last_ < name), "has members out of order");
    last_ = name;
    const std::uint64_t object = walk_.address(fields);
    const std::uint32_t cached = fields.u32();
    fields.skip(4);
    Fields scratch = fields.part(16, fields.name());
    fields.expect(cached <= 2, "has a member of an unknown kind");
    if (cached == 2) {
      (void)name_at(scratch.u32());  // the path that a soft link stands for
      return;
    }
    walk_.visit(object);
    if (cached == 1) {
      const std::uint64_t tree = walk_.address(scratch);
      check_group(walk_, tree, walk_.address(scratch));
    }
  }

  Walk& walk_;
  const Block& names_;
  std::string last_;
};

void check_free_list(Walk& walk, const Block& content, std::uint64_t first) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t at = first; at != end_of_free_list;) {
    Fields fields = content.fields();
    fields.expect(seen.insert(at).second, "has free space in a circle");
    fields.skip(at);
    const std::uint64_t next = walk.length(fields);
    const std::uint64_t size = walk.length(fields);
    fields.expect(size >= 2 * walk.length_size && size - 2 * walk.length_size <= fields.left(),
                  "has free space beyond its end");
    at = next;
  }
}

}  // namespace

Block read_local_heap(Walk& walk, std::uint64_t at) {
  const Block head =
      walk.claim(at, 8 + 2 * walk.length_size + walk.offset_size, "names of a group");
  Fields fields = head.fields();
  fields.expect_signature("HEAP");
  fields.expect(fields.u8() == 0, "has an unknown version");
  fields.skip(3);
  const std::uint64_t size = walk.length(fields);
  const std::uint64_t free = walk.length(fields);
  Block content = walk.claim(walk.address(fields), size, "names of a group");
  if (walk.defined(free)) {
    check_free_list(walk, content, free);
  }
  return content;
}

void check_group(Walk& walk, std::uint64_t tree, std::uint64_t heap) {
  const auto [known, fresh] = walk.known_groups.emplace(heap, tree);
  if (!fresh) {
    if (known->second != tree) {
      throw Damaged{"group at byte " + std::to_string(tree) + ": has the names of another one"};
    }
    return;
  }
  const Block names = read_local_heap(walk, heap);
  GroupTree(walk, names).walk(tree);
}

}  // namespace caloquant::hdf5
