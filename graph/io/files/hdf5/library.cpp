#include "graph/io/files/hdf5/library.hpp"

#include <algorithm>

#include "graph/io/files/hdf5/filters.hpp"

namespace caloquant::hdf5 {

namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace

LibraryLock::LibraryLock() : guard_(library_mutex()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // each thread has errors of its own
}

void prepare_library() {
  register_own_filters();
}

hid_t memory_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return H5T_NATIVE_FLOAT;
    case DType::f64:
      return H5T_NATIVE_DOUBLE;
    case DType::s8:
      return H5T_NATIVE_INT8;
    case DType::u8:
      return H5T_NATIVE_UINT8;
    case DType::s16:
      return H5T_NATIVE_INT16;
    case DType::bf16:
      return H5T_NATIVE_UINT16;  // its bits
    case DType::s32:
      return H5T_NATIVE_INT32;
    case DType::s64:
      return H5T_NATIVE_INT64;
  }
  return H5I_INVALID_HID;
}

Shape extents_of(hid_t space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> extents(static_cast<std::size_t>(std::max(rank, 0)));
  if (!extents.empty()) {
    H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  }
  return {extents.begin(), extents.end()};
}

std::vector<hsize_t> to_hsize(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

}  // namespace caloquant::hdf5
