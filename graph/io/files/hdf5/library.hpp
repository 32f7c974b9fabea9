#pragma once

// libhdf5 for the sources of this folder and h5file.cpp; nobody else includes it.

#include <hdf5.h>

#include <caloquant/types.hpp>
#include <mutex>
#include <utility>
#include <vector>

#include "ops/core/tensor.hpp"

namespace caloquant::hdf5 {

/// Held around every call into the library. Recursive: iteration callbacks run inside a call.
/// Errors are ours to print: libhdf5 is silent in every thread that has held it.
class LibraryLock {
 public:
  LibraryLock();

 private:
  std::lock_guard<std::recursive_mutex> guard_;
};

/// Filters that libhdf5 lacks are made known. Before every opening.
void prepare_library();

/// An HDF5 identifier with the function that closes it.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0 && close_ != nullptr) {
      close_(id_);
    }
  }
  /// Closes now: what is written behind a chunk cache may fail only here.
  [[nodiscard]] bool shut() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || close_(id) >= 0;
  }
  [[nodiscard]] hid_t get() const { return id_; }
  [[nodiscard]] bool valid() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  herr_t (*close_)(hid_t) = nullptr;
};

[[nodiscard]] hid_t memory_type(DType dtype);
[[nodiscard]] Shape extents_of(hid_t space);
[[nodiscard]] std::vector<hsize_t> to_hsize(const Shape& shape);

}  // namespace caloquant::hdf5
