// Reading datasets of an H5File.
#include "graph/io/files/h5file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "graph/io/files/hdf5/open_file.hpp"
#include "graph/io/files/hdf5/storage.hpp"

namespace caloquant {

using hdf5::expect_stored;
using hdf5::extents_of;
using hdf5::Handle;
using hdf5::LibraryLock;
using hdf5::memory_type;
using hdf5::OpenFile;
using hdf5::to_hsize;

namespace {

void read_rows_of(const OpenFile& file, const std::string& name, std::int64_t first,
                  std::int64_t count, hid_t type, std::size_t room, void* dst) {
  const Handle handle = file.dataset(name);
  const Handle space(H5Dget_space(handle.get()), H5Sclose);
  Shape extents = extents_of(space.get());
  if (extents.empty() || first < 0 || count < 0 || first + count > extents.front()) {
    file.fail(name,
              "has no rows " + std::to_string(first) + " to " + std::to_string(first + count));
  }
  expect_stored(file, name);
  extents.front() = count;
  CALOQUANT_EXPECT(static_cast<std::size_t>(element_count(extents)) == room);
  if (room == 0) {
    return;
  }
  std::vector<hsize_t> start(extents.size(), 0);
  start.front() = static_cast<hsize_t>(first);
  const std::vector<hsize_t> block = to_hsize(extents);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, block.data(), nullptr);
  const Handle memory(H5Screate_simple(static_cast<int>(block.size()), block.data(), nullptr),
                      H5Sclose);
  if (H5Dread(handle.get(), type, memory.get(), space.get(), H5P_DEFAULT, dst) < 0) {
    file.fail(name, "rows from " + std::to_string(first) + " cannot be read",
              "the file may be truncated: copy it again");
  }
}

/// An enumeration of two integers, 0 and 1, which libhdf5 converts to numbers: h5py's bool. Other
/// enumerations are names, whose numbers mean nothing.
bool is_boolean(const Handle& type) {
  if (H5Tget_class(type.get()) != H5T_ENUM || H5Tget_nmembers(type.get()) != 2) {
    return false;
  }
  const Handle integer(H5Tget_super(type.get()), H5Tclose);
  if (H5Tget_size(integer.get()) != 1) {
    return false;
  }
  std::array<std::uint8_t, 2> values{};
  H5Tget_member_value(type.get(), 0, &values[0]);
  H5Tget_member_value(type.get(), 1, &values[1]);
  return std::min(values[0], values[1]) == 0 && std::max(values[0], values[1]) == 1;
}

}  // namespace

H5DatasetInfo H5File::info(const std::string& dataset) const {
  const LibraryLock lock;
  const Handle handle = state_->dataset(dataset);
  const Handle space(H5Dget_space(handle.get()), H5Sclose);
  const Handle type(H5Dget_type(handle.get()), H5Tclose);
  H5DatasetInfo result{extents_of(space.get()), H5Class::other, H5Tget_size(type.get())};
  const H5T_class_t found = H5Tget_class(type.get());
  if (found == H5T_FLOAT) {
    result.element = H5Class::floating;
  } else if (found == H5T_INTEGER || is_boolean(type)) {
    result.element = H5Class::integer;
  } else if (found == H5T_STRING) {
    result.element = H5Class::string;
  }
  return result;
}

Tensor H5File::read(const std::string& dataset, DType as) const {
  const LibraryLock lock;
  const H5DatasetInfo found = info(dataset);
  if (found.element != H5Class::floating && found.element != H5Class::integer) {
    state_->fail(dataset, "does not hold numbers");
  }
  const Handle handle = state_->dataset(dataset);
  expect_stored(*state_, dataset);
  Tensor tensor(as, found.shape);
  if (tensor.size() > 0 &&
      H5Dread(handle.get(), memory_type(as), H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.raw()) < 0) {
    state_->fail(dataset, "cannot be read", "the file may be truncated: copy it again");
  }
  return tensor;
}

void H5File::read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                       std::span<float> dst) const {
  const LibraryLock lock;
  read_rows_of(*state_, dataset, first, count, H5T_NATIVE_FLOAT, dst.size(), dst.data());
}
void H5File::read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                       std::span<double> dst) const {
  const LibraryLock lock;
  read_rows_of(*state_, dataset, first, count, H5T_NATIVE_DOUBLE, dst.size(), dst.data());
}

std::string H5File::read_text(const std::string& dataset) const {
  const Tensor bytes = read(dataset, DType::u8);
  const auto data = bytes.data<std::uint8_t>();
  return {data.begin(), data.end()};
}

}  // namespace caloquant
