// Writing datasets of an H5File.
#include "graph/io/files/h5file.hpp"

#include <algorithm>

#include "graph/io/files/hdf5/open_file.hpp"

namespace caloquant {

using hdf5::extents_of;
using hdf5::Handle;
using hdf5::LibraryLock;
using hdf5::memory_type;
using hdf5::to_hsize;

void H5File::create_dataset(const std::string& dataset, DType dtype, const Shape& shape,
                            const H5WriteOptions& options) {
  const LibraryLock lock;
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(layout.get(), false);
  if (!options.chunk.empty()) {
    const std::vector<hsize_t> chunk = to_hsize(options.chunk);
    H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data());
    if (options.compression > 0) {
      H5Pset_shuffle(layout.get());
      H5Pset_deflate(layout.get(), static_cast<unsigned>(options.compression));
    }
  }
  const std::vector<hsize_t> extents = to_hsize(shape);
  std::vector<hsize_t> limits = extents;
  if (options.grows) {
    CALOQUANT_EXPECT(!options.chunk.empty());
    limits.front() = H5S_UNLIMITED;
  }
  const Handle space(
      H5Screate_simple(static_cast<int>(extents.size()), extents.data(), limits.data()), H5Sclose);
  const Handle handle(H5Dcreate2(state_->file.get(), dataset.c_str(), memory_type(dtype),
                                 space.get(), links.get(), layout.get(), H5P_DEFAULT),
                      H5Dclose);
  state_->expect_written(handle.valid(), dataset);
}

void H5File::write(const std::string& dataset, const Tensor& tensor,
                   const H5WriteOptions& options) {
  const LibraryLock lock;
  create_dataset(dataset, tensor.dtype(), tensor.shape(), options);
  Handle handle = state_->dataset(dataset);
  const bool written =
      tensor.size() == 0 || H5Dwrite(handle.get(), memory_type(tensor.dtype()), H5S_ALL, H5S_ALL,
                                     H5P_DEFAULT, tensor.raw()) >= 0;
  state_->expect_written(written && handle.shut(), dataset);
}

void H5File::write_rows(const std::string& dataset, std::int64_t first,
                        std::span<const float> rows) {
  const LibraryLock lock;
  Handle handle = state_->dataset(dataset);
  const Handle space(H5Dget_space(handle.get()), H5Sclose);
  Shape extents = extents_of(space.get());
  const std::int64_t row = element_count(extents) / std::max<std::int64_t>(1, extents.front());
  extents.front() = row == 0 ? 0 : static_cast<std::int64_t>(rows.size()) / row;
  CALOQUANT_EXPECT(static_cast<std::size_t>(element_count(extents)) == rows.size());
  std::vector<hsize_t> start(extents.size(), 0);
  start.front() = static_cast<hsize_t>(first);
  const std::vector<hsize_t> block = to_hsize(extents);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, block.data(), nullptr);
  const Handle memory(H5Screate_simple(static_cast<int>(block.size()), block.data(), nullptr),
                      H5Sclose);
  const bool written = H5Dwrite(handle.get(), H5T_NATIVE_FLOAT, memory.get(), space.get(),
                                H5P_DEFAULT, rows.data()) >= 0;
  state_->expect_written(written && handle.shut(), dataset);
}

void H5File::append_rows(const std::string& dataset, std::span<const float> rows) {
  const LibraryLock lock;
  Shape extents;
  {
    const Handle handle = state_->dataset(dataset);
    const Handle space(H5Dget_space(handle.get()), H5Sclose);
    extents = extents_of(space.get());
  }
  const std::int64_t first = extents.front();
  extents.front() = 1;
  extents.front() = first + static_cast<std::int64_t>(rows.size()) / element_count(extents);
  {
    Handle handle = state_->dataset(dataset);
    const bool grown = H5Dset_extent(handle.get(), to_hsize(extents).data()) >= 0;
    state_->expect_written(grown && handle.shut(), dataset);
  }
  write_rows(dataset, first, rows);
}

void H5File::write_text(const std::string& dataset, const std::string& text) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  write(dataset, Tensor::of<std::uint8_t>({static_cast<std::int64_t>(text.size())}, bytes));
}

}  // namespace caloquant
