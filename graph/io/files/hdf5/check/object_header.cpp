// Object headers: section IV.A.1 of the HDF5 file format specification.
#include <algorithm>
#include <set>

#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr std::uint64_t continuation_message = 0x10;
constexpr std::size_t most_blocks = 4096;  ///< continuations of one header

/// Reads one object header, block after block.
class HeaderReader {
 public:
  HeaderReader(Walk& walk, std::uint64_t at, bool owned) : walk_(walk), owned_(owned) {
    const Block start = walk_.peek(at, 6, "object header");
    Fields fields = start.fields();
    if (fields.number(4) == 0x5244484F) {  // "OHDR"
      read_new(at, start);
    } else {
      read_old(at);
    }
  }
  ObjectHeader take() && { return std::move(header_); }

 private:
  struct Piece {
    std::uint64_t at;
    std::uint64_t size;
  };

  const Block& block(std::uint64_t at, std::uint64_t size) {
    if (header_.blocks.size() >= most_blocks || !begins_.insert(at).second) {
      throw Damaged{"object header at byte " + std::to_string(at) + ": goes in a circle"};
    }
    header_.blocks.push_back(owned_ ? walk_.claim(at, size, "object header")
                                    : walk_.peek(at, size, "object header"));
    return header_.blocks.back();
  }

  void read_old(std::uint64_t at) {
    const Block head = walk_.peek(at, 16, "object header");
    Fields fields = head.fields();
    fields.expect(fields.u8() == 1, "has an unknown version");
    fields.skip(1);
    const std::size_t count = fields.u16();
    fields.skip(4);  // references
    const std::uint64_t size = fields.u32();
    Fields first = block(at, 16 + size).fields();
    first.skip(16);
    read_old_messages(first);
    while (!pieces_.empty()) {
      const Piece piece = pieces_.front();
      pieces_.pop_front();
      read_old_messages(block(piece.at, piece.size).fields());
    }
    fields.expect(header_.messages.size() <= count, "has more messages than it says");
  }

  void read_old_messages(Fields fields) {
    while (fields.left() >= 8) {
      const std::uint64_t kind = fields.u16();
      const std::size_t size = fields.u16();
      const std::uint8_t flags = fields.u8();
      fields.skip(3);
      fields.expect(size % 8 == 0, "has a message of an impossible size");
      add(kind, flags, fields.part(size, fields.name()));
    }
    fields.expect(fields.left() == 0, "has bytes behind its messages");
  }

  void read_new(std::uint64_t at, const Block& start) {
    Fields fields = start.fields();
    fields.skip(4);
    fields.expect(fields.u8() == 2, "has an unknown version");
    flags_ = fields.u8();
    fields.expect(flags_ < 0x40, "has unknown flags");
    const std::size_t width = std::size_t{1} << (flags_ & 3U);
    const std::size_t before =
        6U + ((flags_ & 0x20U) != 0 ? 16U : 0U) + ((flags_ & 0x10U) != 0 ? 4U : 0U);
    const Block head = walk_.peek(at, before + width, "object header");
    Fields size_field = head.fields();
    size_field.skip(before);
    const std::uint64_t size = size_field.number(width);
    size_field.expect(size < walk_.bytes.size(), "is larger than the file");
    Fields first = block(at, before + width + size + 4).fields();
    first.skip(before + width);
    read_new_messages(first.part(size, first.name()));
    while (!pieces_.empty()) {
      const Piece piece = pieces_.front();
      pieces_.pop_front();
      Fields more = block(piece.at, piece.size).fields();
      more.expect_signature("OCHK");
      more.expect(more.left() >= 4, "ends too early");
      read_new_messages(more.part(more.left() - 4, more.name()));
    }
  }

  void read_new_messages(Fields fields) {
    const std::size_t head = (flags_ & 4U) != 0 ? 6 : 4;
    while (fields.left() >= head) {
      const std::uint64_t kind = fields.u8();
      const std::size_t size = fields.u16();
      const std::uint8_t flags = fields.u8();
      fields.skip(head - 4);
      add(kind, flags, fields.part(size, fields.name()));
    }
  }

  void add(std::uint64_t kind, std::uint8_t flags, Fields fields) {
    const bool shared = (flags & 2U) != 0;
    if (kind == continuation_message) {
      Fields where = fields;
      const std::uint64_t at = walk_.address(where);
      pieces_.push_back({at, walk_.length(where)});
      where.expect(!shared && pieces_.back().size >= 8, "goes on in an impossible way");
    }
    header_.messages.push_back({kind, shared, std::move(fields)});
  }

  Walk& walk_;
  bool owned_;
  std::uint8_t flags_ = 0;
  ObjectHeader header_;
  std::deque<Piece> pieces_;
  std::set<std::uint64_t> begins_;
};

/// Are links (kind 2) or attributes (kind 0x15) of an object in a heap instead of its header?
bool has_heap(const Walk& walk, const Message& message) {
  Fields fields = message.fields;
  fields.skip(1);  // version
  const std::size_t order = message.kind == 0x02 ? 8 : 2;
  fields.skip((fields.u8() & 1U) != 0 ? order : 0);
  return walk.defined(walk.address(fields));
}

/// Collects what describes a dataset, checks all else at once.
void check_message(Walk& walk, const Message& message, DatasetMessages& dataset) {
  Fields fields = message.fields;
  if (message.shared) {
    if (message.kind == datatype_message) {
      dataset.type = read_shared_type(walk, fields);
    }
    return;
  }
  switch (message.kind) {
    case 0x01:
      dataset.space = read_space(walk, fields);
      break;
    case datatype_message:
      dataset.type = read_type(fields);
      break;
    case 0x02:
    case 0x15:
      walk.in_newer_forms = walk.in_newer_forms || has_heap(walk, message);
      break;
    case 0x04:
      dataset.fill_size = read_old_fill(fields);
      break;
    case 0x05:
      dataset.fill_size = read_fill(fields);
      break;
    case 0x06:
      check_link(walk, fields);
      break;
    case 0x07:
      dataset.external = true;
      break;
    case 0x08:
      dataset.layout = fields;
      break;
    case 0x0B:
      dataset.filters = fields;
      break;
    case 0x0C:
      check_attribute(walk, fields);
      break;
    case 0x0D:
      (void)fields.text();
      break;
    case 0x11: {
      const std::uint64_t tree = walk.address(fields);
      check_group(walk, tree, walk.address(fields));
      break;
    }
    default:
      break;  // not read for what we read, or with a checksum
  }
}

}  // namespace

ObjectHeader read_object_header(Walk& walk, std::uint64_t at, bool owned) {
  return HeaderReader(walk, at, owned).take();
}

void check_object(Walk& walk, std::uint64_t at) {
  const ObjectHeader header = read_object_header(walk, at, true);
  DatasetMessages dataset;
  std::set<std::uint64_t> once;
  for (const Message& message : header.messages) {
    constexpr std::uint64_t several[] = {0x00, 0x06, 0x0C, 0x10};
    const bool repeats = std::ranges::find(several, message.kind) == std::end(several);
    message.fields.expect(!repeats || once.insert(message.kind).second, "has a message twice");
    check_message(walk, message, dataset);
  }
  check_dataset(walk, dataset);
}

}  // namespace caloquant::hdf5
