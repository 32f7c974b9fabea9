#include "tests/graph/io/files/hdf5/h5_fixture.hpp"

#include <array>
#include <numeric>

namespace caloquant::testing {
namespace {

constexpr hsize_t columns = 3;

hid_t space_of(hsize_t rows) {
  const std::array<hsize_t, 2> extents{rows, columns};
  return H5Screate_simple(2, extents.data(), nullptr);
}

void select_rows(hid_t space, hsize_t first, hsize_t rows) {
  const std::array<hsize_t, 2> start{first, 0};
  const std::array<hsize_t, 2> count{rows, columns};
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
}

void make(hid_t file, const std::string& name, hid_t space, hid_t properties) {
  H5Dclose(
      H5Dcreate2(file, name.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
  H5Sclose(space);
  H5Pclose(properties);
}

}  // namespace

RawH5::RawH5(const std::filesystem::path& file)
    : file_(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}

RawH5::~RawH5() {
  H5Fclose(file_);
}

void RawH5::numbers(const std::string& name, hsize_t rows, hsize_t chunk_rows, hsize_t written) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  if (chunk_rows > 0) {
    const std::array<hsize_t, 2> chunk{chunk_rows, columns};
    H5Pset_chunk(properties, 2, chunk.data());
  }
  make(file_, name, space_of(rows), properties);
  if (written == 0) {
    return;
  }
  std::vector<float> values(written * columns);
  std::iota(values.begin(), values.end(), 0.0F);
  const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
  const hid_t memory = space_of(written);
  const hid_t there = space_of(rows);
  select_rows(there, 0, written);
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, there, H5P_DEFAULT, values.data());
  H5Sclose(there);
  H5Sclose(memory);
  H5Dclose(dataset);
}

void RawH5::enumeration(const std::string& name, hsize_t rows,
                        const std::vector<signed char>& numbers) {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  for (const signed char number : numbers) {
    H5Tenum_insert(type, ("V" + std::to_string(number)).c_str(), &number);
  }
  const hid_t space = H5Screate_simple(1, &rows, nullptr);
  const hid_t dataset =
      H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  std::vector<signed char> values(rows);
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = row % 2 == 0 ? numbers.front() : numbers.back();
  }
  H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
}

void RawH5::packed(const std::string& name, hsize_t rows, H5Z_filter_t filter,
                   const std::vector<unsigned char>& bytes) {
  if (filter > H5Z_FILTER_RESERVED && H5Zfilter_avail(filter) > 0) {
    H5Zunregister(filter);  // ours only unpacks, and libhdf5 would want to pack; it comes back
  }
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  const std::array<hsize_t, 2> chunk{rows, columns};
  H5Pset_chunk(properties, 2, chunk.data());
  const std::array<unsigned, 3> values{4, 261,
                                       static_cast<unsigned>(rows * columns * sizeof(float))};
  H5Pset_filter(properties, filter, H5Z_FLAG_OPTIONAL, values.size(), values.data());
  make(file_, name, space_of(rows), properties);
  const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
  const std::array<hsize_t, 2> first{0, 0};
  H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, first.data(), bytes.size(), bytes.data());
  H5Dclose(dataset);
}

void RawH5::soft_link(const std::string& name, const std::string& target) {
  H5Lcreate_soft(target.c_str(), file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void RawH5::external_link(const std::string& name, const std::string& file,
                          const std::string& target) {
  H5Lcreate_external(file.c_str(), target.c_str(), file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void RawH5::external_storage(const std::string& name, hsize_t rows, const std::string& file) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(properties, file.c_str(), 0, rows * columns * sizeof(float));
  make(file_, name, space_of(rows), properties);
}

void RawH5::virtual_dataset(const std::string& name, hsize_t rows,
                            const std::vector<Source>& sources) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  for (const Source& source : sources) {
    const hid_t part = space_of(rows);
    select_rows(part, source.first, source.rows);
    const hid_t from = space_of(source.rows);
    H5Pset_virtual(properties, part, source.file.c_str(), source.dataset.c_str(), from);
    H5Sclose(from);
    H5Sclose(part);
  }
  make(file_, name, space_of(rows), properties);
}

void RawH5::virtual_series(const std::string& name, const std::string& pattern) {
  const std::array<hsize_t, 2> now{1, columns};
  const std::array<hsize_t, 2> most{H5S_UNLIMITED, columns};
  const std::array<hsize_t, 2> start{0, 0};
  const std::array<hsize_t, 2> stride{1, 1};
  const std::array<hsize_t, 2> count{H5S_UNLIMITED, 1};
  const std::array<hsize_t, 2> block{1, columns};
  const hid_t space = H5Screate_simple(2, now.data(), most.data());
  const hid_t part = H5Scopy(space);
  H5Sselect_hyperslab(part, H5S_SELECT_SET, start.data(), stride.data(), count.data(),
                      block.data());
  const hid_t from = space_of(1);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(properties, part, pattern.c_str(), "x", from);
  H5Sclose(from);
  H5Sclose(part);
  make(file_, name, space, properties);
}

}  // namespace caloquant::testing
