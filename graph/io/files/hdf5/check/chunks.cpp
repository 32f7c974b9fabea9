// B-trees of version 1 over chunks: section III.A.1 of the HDF5 file format specification.
#include <algorithm>

#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr int most_chunk_levels = 16;

/// Walks one tree from the left to the right.
class ChunkTree {
 public:
  ChunkTree(Walk& walk, const std::vector<std::uint64_t>& chunk, const Space& space,
            const Filters& filters)
      : walk_(walk), chunk_(chunk), space_(space), filters_(filters) {
    for (const std::uint64_t extent : chunk) {
      chunk_bytes_ = product(chunk_bytes_, extent);
    }
  }

  void node(std::uint64_t at, std::optional<std::uint64_t> level) {
    const std::uint64_t key = 8 + 8 * chunk_.size();
    const std::uint64_t entries = 2 * walk_.ranks.chunks;
    const std::uint64_t size =
        8 + 2 * walk_.offset_size + entries * walk_.offset_size + (entries + 1) * key;
    const Block block = walk_.claim(at, size, "index of chunks");
    Fields fields = block.fields();
    fields.expect_signature("TREE");
    fields.expect(fields.u8() == 1, "is an index of something else");
    const std::uint64_t found = fields.u8();
    fields.expect(level ? found == *level : found < most_chunk_levels, "is at another level");
    const std::uint64_t used = fields.u16();
    fields.expect(used <= entries, "holds more entries than it can");
    fields.skip(2 * walk_.offset_size);  // neighbours, which reading does not follow
    for (std::uint64_t i = 0; i < used; ++i) {
      const Key first = read_key(fields);
      const std::uint64_t child = walk_.address(fields);
      if (found == 0) {
        check_chunk(fields, first, child);
      } else {
        node(child, found - 1);
      }
    }
  }

 private:
  struct Key {
    std::uint64_t size = 0;
    std::uint64_t skipped = 0;
    std::vector<std::uint64_t> offset;
  };

  Key read_key(Fields& fields) const {
    Key key;
    key.size = fields.u32();
    key.skipped = fields.u32();
    for (std::size_t i = 0; i < chunk_.size(); ++i) {
      key.offset.push_back(fields.number(8));
    }
    return key;
  }

  void check_chunk(const Fields& fields, const Key& key, std::uint64_t at) {
    for (std::size_t i = 0; i < space_.extents.size(); ++i) {
      fields.expect(key.offset[i] % chunk_[i] == 0 && key.offset[i] < space_.extents[i],
                    "has a chunk outside of its dataset");
    }
    fields.expect(key.offset.back() == 0 && (last_.empty() || last_ < key.offset),
                  "has chunks out of order");
    last_ = key.offset;
    fields.expect(key.skipped >> filters_.ids.size() == 0, "skips filters that it does not have");
    const std::uint64_t all = (std::uint64_t{1} << filters_.ids.size()) - 1;
    const bool plain = key.skipped == all;
    fields.expect(key.size > 0 && (!plain || key.size == chunk_bytes_),
                  "has a chunk of an impossible size");
    walk_.claim_data(at, key.size, "chunk");
  }

  Walk& walk_;
  const std::vector<std::uint64_t>& chunk_;
  const Space& space_;
  const Filters& filters_;
  std::uint64_t chunk_bytes_ = 1;
  std::vector<std::uint64_t> last_;
};

}  // namespace

void check_chunks(Walk& walk, std::uint64_t root, const std::vector<std::uint64_t>& chunk,
                  const Space& space, const Filters& filters) {
  ChunkTree(walk, chunk, space, filters).node(root, std::nullopt);
}

}  // namespace caloquant::hdf5
