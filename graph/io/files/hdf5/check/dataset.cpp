// Where the values of a dataset lie: section IV.A.2.i (data layout) of the specification.
#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

enum class Layout : std::uint8_t { compact = 0, contiguous = 1, chunked = 2, virtual_layout = 3 };

/// What all layouts of one dataset are measured by.
struct Measures {
  Space space;
  Type type;
  Filters filters;
  bool external = false;

  [[nodiscard]] std::uint64_t bytes() const { return product(space.elements, type.size); }
};

void check_contiguous(Walk& walk, const Fields& fields, std::uint64_t at, std::uint64_t size,
                      const Measures& dataset) {
  if (!walk.defined(at) || dataset.external) {
    return;  // never written, or in other files: h5storage decides
  }
  fields.expect(size == dataset.bytes(), "stores another number of bytes than its shape has");
  walk.claim_data(at, size, "dataset");
}

std::vector<std::uint64_t> chunk_extents(Fields& fields, std::size_t count, std::size_t width) {
  std::vector<std::uint64_t> chunk;
  std::uint64_t bytes = 1;
  for (std::size_t i = 0; i < count; ++i) {
    chunk.push_back(fields.number(width));
    fields.expect(chunk.back() > 0, "has a chunk without extent");
    bytes = product(bytes, chunk.back());
  }
  fields.expect(bytes < (std::uint64_t{1} << 32), "has chunks of more than 4 GiB");
  return chunk;
}

void check_chunk_shape(const Fields& fields, const std::vector<std::uint64_t>& chunk,
                       const Measures& dataset) {
  fields.expect(chunk.size() == dataset.space.extents.size() + 1,
                "has chunks of another number of axes");
  fields.expect(chunk.back() == dataset.type.size, "has chunks of another type");
}

/// Versions 1 and 2, which libhdf5 wrote before 1.6.3.
void check_old_layout(Walk& walk, Fields fields, const Measures& dataset) {
  const std::size_t axes = fields.u8();
  const auto kind = static_cast<Layout>(fields.u8());
  fields.expect(axes <= 33 && kind <= Layout::chunked, "is laid out in an unknown way");
  fields.skip(5);
  const std::uint64_t at = kind == Layout::compact ? 0 : walk.address(fields);
  if (kind == Layout::chunked) {
    const auto chunk = chunk_extents(fields, axes, 4);
    check_chunk_shape(fields, chunk, dataset);
    if (walk.defined(at)) {
      check_chunks(walk, at, chunk, dataset.space, dataset.filters);
    }
    return;
  }
  fields.skip(4 * axes);
  if (kind == Layout::compact) {
    const std::uint64_t size = fields.u32();
    fields.expect(size == dataset.bytes(), "stores another number of bytes than its shape has");
    fields.skip(size);
  } else {
    check_contiguous(walk, fields, at, dataset.bytes(), dataset);
  }
}

/// Chunks of version 4 have indexes with checksums.
void check_new_chunks(Fields fields, const Measures& dataset) {
  fields.skip(1);  // flags
  const std::size_t axes = fields.u8();
  const std::size_t width = fields.u8();
  fields.expect(axes <= 33 && width >= 1 && width <= 8, "is laid out in an unknown way");
  check_chunk_shape(fields, chunk_extents(fields, axes, width), dataset);
  const std::uint8_t index = fields.u8();
  fields.expect(index >= 1 && index <= 5, "has an unknown index of chunks");
}

void check_layout(Walk& walk, Fields fields, const Measures& dataset) {
  const std::uint8_t version = fields.u8();
  fields.expect(version >= 1 && version <= 4, "has a layout of an unknown version");
  if (version < 3) {
    check_old_layout(walk, fields, dataset);
    return;
  }
  switch (static_cast<Layout>(fields.u8())) {
    case Layout::compact: {
      const std::uint64_t size = fields.u16();
      fields.expect(size == dataset.bytes(), "stores another number of bytes than its shape has");
      fields.skip(size);
      return;
    }
    case Layout::contiguous: {
      const std::uint64_t at = walk.address(fields);
      check_contiguous(walk, fields, at, walk.length(fields), dataset);
      return;
    }
    case Layout::chunked: {
      if (version == 4) {
        check_new_chunks(fields, dataset);
        return;
      }
      const std::size_t axes = fields.u8();
      fields.expect(axes <= 33, "has too many axes");
      const std::uint64_t at = walk.address(fields);
      const auto chunk = chunk_extents(fields, axes, 4);
      check_chunk_shape(fields, chunk, dataset);
      if (walk.defined(at)) {
        check_chunks(walk, at, chunk, dataset.space, dataset.filters);
      }
      return;
    }
    case Layout::virtual_layout: {
      const std::uint64_t heap = walk.address(fields);
      const std::uint64_t index = fields.u32();
      if (walk.defined(heap)) {
        fields.expect(read_collection(walk, heap).contains(index),
                      "has its sources in a heap that does not hold them");
      }
      return;
    }
  }
  fields.expect(false, "is laid out in an unknown way");
}

}  // namespace

void check_dataset(Walk& walk, const DatasetMessages& messages) {
  if (!messages.layout) {
    return;  // a group, or a datatype
  }
  const Fields& place = *messages.layout;
  place.expect(messages.space.has_value(), "has values without a shape");
  if (!messages.type) {
    return;  // in a heap of messages
  }
  const std::uint64_t fill = messages.fill_size.value_or(0);
  place.expect(fill == 0 || fill == messages.type->size || messages.type->variable,
               "has a fill value of another type");
  Measures dataset{*messages.space, *messages.type, {}, messages.external};
  if (messages.filters) {
    dataset.filters = read_filters(*messages.filters, dataset.type.size);
  }
  check_layout(walk, place, dataset);
}

}  // namespace caloquant::hdf5
