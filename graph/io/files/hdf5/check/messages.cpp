// Messages of object headers: section IV.A.2 of the HDF5 file format specification.
#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr std::size_t most_axes = 32;

}  // namespace

Space read_space(Walk& walk, Fields fields) {
  const std::uint8_t version = fields.u8();
  const std::size_t rank = fields.u8();
  const std::uint8_t flags = fields.u8();
  const std::uint8_t kind = fields.u8();  // reserved in version 1
  fields.expect(version == 1 || version == 2, "is a dataspace of an unknown version");
  fields.expect(rank <= most_axes && flags <= 1, "is an impossible dataspace");
  fields.expect(version == 1 || kind <= 2, "is a dataspace of an unknown kind");
  fields.skip(version == 1 ? 4 : 0);
  Space space;
  for (std::size_t i = 0; i < rank; ++i) {
    space.extents.push_back(walk.length(fields));
    space.elements = product(space.elements, space.extents.back());
  }
  for (std::size_t i = 0; i < rank && flags == 1; ++i) {
    fields.expect(walk.length(fields) >= space.extents[i], "has an extent above its limit");
  }
  if (version == 2 && kind == 2) {
    space.elements = 0;
  }
  return space;
}

std::uint64_t read_old_fill(Fields fields) {
  const std::uint64_t size = fields.u32();
  fields.skip(size);
  return size;
}

std::uint64_t read_fill(Fields fields) {
  const std::uint8_t version = fields.u8();
  fields.expect(version >= 1 && version <= 3, "is a fill value of an unknown version");
  bool has_value = version == 1;
  if (version == 3) {
    const std::uint8_t flags = fields.u8();
    fields.expect(flags < 0x40, "is an impossible fill value");
    has_value = (flags & 0x20U) != 0;
  } else {
    const std::uint8_t allocated = fields.u8();
    const std::uint8_t written = fields.u8();
    const std::uint8_t given = fields.u8();
    fields.expect(allocated <= 3 && written <= 2 && given <= 2, "is an impossible fill value");
    has_value = has_value || given != 0;
  }
  if (!has_value) {
    return 0;
  }
  const std::uint32_t size = fields.u32();
  if (version < 3 && size > 0x7FFFFFFFU) {
    return 0;  // undefined
  }
  fields.skip(size);
  return size;
}

Filters read_filters(Fields fields, std::uint64_t element_size) {
  const std::uint8_t version = fields.u8();
  const std::size_t count = fields.u8();
  fields.expect(version == 1 || version == 2, "is a list of filters of an unknown version");
  fields.expect(count <= 32, "lists too many filters");
  fields.skip(version == 1 ? 6 : 0);
  constexpr std::uint64_t deflate = 1;
  constexpr std::uint64_t shuffle = 2;
  Filters filters;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t id = fields.u16();
    const std::size_t name = version == 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);  // flags
    const std::size_t values = fields.u16();
    fields.expect(name % 8 == 0 || version == 2, "has a filter with an impossible name");
    fields.skip(name);
    const std::uint32_t first = values > 0 ? fields.u32() : 0;
    fields.skip(values > 0 ? 4 * (values - 1) : 0);
    fields.skip(version == 1 && values % 2 == 1 ? 4 : 0);
    fields.expect(id != deflate || (values == 1 && first <= 9), "has an impossible gzip level");
    fields.expect(id != shuffle || (values == 1 && first == element_size),
                  "shuffles elements of another size");
    filters.ids.push_back(id);
  }
  return filters;
}

void check_link(Walk& walk, Fields fields) {
  const std::uint8_t version = fields.u8();
  const std::uint8_t flags = fields.u8();
  fields.expect(version == 1 && flags < 0x20, "is an impossible link");
  const std::uint8_t kind = (flags & 0x08U) != 0 ? fields.u8() : 0;
  fields.skip((flags & 0x04U) != 0 ? 8 : 0);
  fields.skip((flags & 0x10U) != 0 ? 1 : 0);
  const std::uint64_t name = fields.number(std::size_t{1} << (flags & 3U));
  fields.expect(name > 0, "is a link without a name");
  fields.skip(name);
  if (kind == 0) {
    const std::uint64_t object = walk.address(fields);
    walk.visit(object);
  } else {
    fields.skip(fields.u16());
  }
}

}  // namespace caloquant::hdf5
