// Chunks of a dataset, in the B-tree of the old form.
#include <utility>

#include "graph/io/files/hdf5/check/tree.hpp"

namespace caloquant::hdf5 {
namespace {

/// Checks the chunks of one tree, from the left to the right.
class ChunkTree {
 public:
  ChunkTree(Walk& walk, const std::vector<std::uint64_t>& chunk, const Space& space,
            const Filters& filters)
      : walk_(walk), chunk_(chunk), space_(space), filters_(filters) {
    for (const std::uint64_t extent : chunk) {
      chunk_bytes_ = product(chunk_bytes_, extent);
    }
  }

  void walk(std::uint64_t root) {
    walk_tree(walk_, root, {1, 2 * walk_.ranks.chunks, 8 + 8 * chunk_.size(), "index of chunks"},
              [this](Fields key, std::optional<std::uint64_t> chunk) {
                if (chunk) {
                  check_chunk(std::move(key), *chunk);
                }
              });
  }

 private:
  void check_chunk(Fields key, std::uint64_t at) {
    const std::uint64_t size = key.u32();
    const std::uint64_t skipped = key.u32();
    std::vector<std::uint64_t> offset;
    for (std::size_t i = 0; i < chunk_.size(); ++i) {
      offset.push_back(key.number(8));
    }
    for (std::size_t i = 0; i < space_.extents.size(); ++i) {
      key.expect(offset[i] % chunk_[i] == 0 && offset[i] < space_.extents[i],
                 "has a chunk outside of its dataset");
    }
    key.expect(offset.back() == 0 && (last_.empty() || last_ < offset), "has chunks out of order");
    last_ = offset;
    key.expect(skipped >> filters_.ids.size() == 0, "skips filters that it does not have");
    const std::uint64_t all = (std::uint64_t{1} << filters_.ids.size()) - 1;
    const bool plain = skipped == all;
    key.expect(size > 0 && (!plain || size == chunk_bytes_), "has a chunk of an impossible size");
    walk_.claim_data(at, size, "chunk");
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
  ChunkTree(walk, chunk, space, filters).walk(root);
}

}  // namespace caloquant::hdf5
