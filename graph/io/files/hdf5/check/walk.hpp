#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/io/files/hdf5/check/fields.hpp"
#include "graph/io/files/hdf5/check/file_bytes.hpp"

namespace caloquant::hdf5 {

/// Entries of nodes of B-trees of version 1: half of the most that a node holds.
struct TreeRanks {
  std::uint64_t group_leaf = 4;
  std::uint64_t group = 16;
  std::uint64_t chunks = 32;
};

/// A block and the bytes that it owns.
struct Block {
  std::vector<std::byte> bytes;
  std::string name;

  [[nodiscard]] Fields fields() const { return {bytes, name}; }
};

/// One walk through the metadata of a file: what is known of the whole, what was visited, and what
/// is still to be visited. Addresses are relative to `base`, as in the file.
struct Walk {
  explicit Walk(const FileBytes& file) : bytes(file) {}

  [[nodiscard]] std::uint64_t address(Fields& fields) const { return fields.number(offset_size); }
  [[nodiscard]] std::uint64_t length(Fields& fields) const { return fields.number(length_size); }
  [[nodiscard]] bool defined(std::uint64_t at) const {
    return at !=
           (offset_size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * offset_size)) - 1);
  }
  /// The block [at, at + size), which nothing else may use.
  [[nodiscard]] Block claim(std::uint64_t at, std::uint64_t size, const std::string& what);
  /// Raw data: claimed, not read.
  void claim_data(std::uint64_t at, std::uint64_t size, const std::string& what);
  /// The first bytes of a block whose size is not known yet.
  [[nodiscard]] Block peek(std::uint64_t at, std::uint64_t size, const std::string& what) const;
  /// Remembers an object header that is to be checked, once.
  void visit(std::uint64_t object);

  const FileBytes& bytes;
  std::uint64_t base = 0;
  std::size_t offset_size = 8;
  std::size_t length_size = 8;
  TreeRanks ranks;
  Claims claims;
  std::set<std::uint64_t> known_objects;
  std::deque<std::uint64_t> waiting_objects;
  /// Something is reached by newer forms only, which are not walked.
  bool in_newer_forms = false;
  std::map<std::uint64_t, std::uint64_t> known_groups;  ///< B-tree by local heap
  std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>> collections;  ///< sizes by index
};

/// Elements of a dataspace; extents are empty for one that has a single element or none.
struct Space {
  std::vector<std::uint64_t> extents;
  std::uint64_t elements = 1;
};

struct Type {
  std::uint64_t size = 0;
  bool variable = false;        ///< holds references into global heaps
  std::uint64_t item_size = 1;  ///< of a variable-length sequence or string
};

constexpr std::uint64_t datatype_message = 3;

/// Messages of an object header. Each throws Damaged where the message breaks the format.
[[nodiscard]] Space read_space(Walk& walk, Fields fields);
[[nodiscard]] Type read_type(Fields& fields, int depth = 0);
/// A datatype that is an object of its own. Empty where it is in a heap of messages, which has
/// checksums.
[[nodiscard]] std::optional<Type> read_shared_type(Walk& walk, Fields fields);
void check_attribute(Walk& walk, Fields fields);
void check_link(Walk& walk, Fields fields);
/// Sizes of the objects of a global heap collection, by index.
[[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& read_collection(Walk& walk,
                                                                            std::uint64_t at);
/// Checks global heaps that nothing visited refers to: they have no checksum, whoever needs them.
/// They are searched for by their first bytes.
void check_hidden_collections(Walk& walk);

struct Filters {
  std::vector<std::uint64_t> ids;
};
[[nodiscard]] Filters read_filters(Fields fields, std::uint64_t element_size);

/// What a dataset's header says; members are there once their messages were read.
struct DatasetMessages {
  std::optional<Space> space;
  std::optional<Type> type;
  std::optional<std::uint64_t> fill_size;
  std::optional<Fields> layout;
  std::optional<Fields> filters;
  bool external = false;
};
[[nodiscard]] std::uint64_t read_fill(Fields fields);
[[nodiscard]] std::uint64_t read_old_fill(Fields fields);
void check_dataset(Walk& walk, const DatasetMessages& messages);

/// A B-tree of chunks: `chunk` has the extents of chunks and behind them the size of an element.
void check_chunks(Walk& walk, std::uint64_t root, const std::vector<std::uint64_t>& chunk,
                  const Space& space, const Filters& filters);
/// A group of the old form: B-tree of nodes of symbols, with their names in a local heap.
void check_group(Walk& walk, std::uint64_t tree, std::uint64_t heap);
/// The content of a local heap.
[[nodiscard]] Block read_local_heap(Walk& walk, std::uint64_t at);

/// One message of an object header.
struct Message {
  std::uint64_t kind = 0;
  bool shared = false;  ///< the content stands elsewhere, `fields` say where
  Fields fields;
};
/// The blocks of an object header (messages point into them) and its messages.
struct ObjectHeader {
  std::deque<Block> blocks;
  std::vector<Message> messages;
};
/// `owned`: the header's blocks are claimed, which is done once.
[[nodiscard]] ObjectHeader read_object_header(Walk& walk, std::uint64_t at, bool owned);
/// The object header at `at` and all that it points to; objects are remembered for later.
void check_object(Walk& walk, std::uint64_t at);

}  // namespace caloquant::hdf5
