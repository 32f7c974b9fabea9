#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {

/// Which of the B-trees of version 1 (section III.A.1 of the HDF5 file format specification).
struct TreeKind {
  std::uint64_t type = 0;          ///< 0: members of a group, 1: chunks of a dataset
  std::uint64_t most_entries = 0;  ///< of a node
  std::size_t key_bytes = 0;       ///< of the key before every entry and behind the last one
  std::string what;                ///< a node, in messages
};

/// Called with every key from the left to the right. `leaf` is what the entry behind the key
/// points to, where that is not a node of the tree itself.
using TreeVisitor = std::function<void(Fields key, std::optional<std::uint64_t> leaf)>;

/// Walks a tree. Throws Damaged where it breaks the format.
void walk_tree(Walk& walk, std::uint64_t root, const TreeKind& kind, const TreeVisitor& visit);

}  // namespace caloquant::hdf5
