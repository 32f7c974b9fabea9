#include "graph/io/files/hdf5/storage.hpp"

#include <array>
#include <limits>

#include "graph/io/files/hdf5/filters.hpp"
#include "graph/io/files/hdf5/open_file.hpp"
#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr const char* unfinished =
    "the program that made the file did not finish: make it again; where fill values are meant, "
    "write them out";

/// One dataset on its way through the checks.
struct Stored {
  const OpenFile& file;
  std::string name;
  Handle dataset;
  Handle properties;
  Shape shape;
  double bytes = 0.0;  ///< that the shape claims

  Stored(const OpenFile& in, std::string path)
      : file(in),
        name(std::move(path)),
        dataset(in.dataset(name)),
        properties(H5Dget_create_plist(dataset.get()), H5Pclose) {
    const Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const Handle type(H5Dget_type(dataset.get()), H5Tclose);
    shape = extents_of(space.get());
    bytes = static_cast<double>(H5Tget_size(type.get())) *
            static_cast<double>(H5Sget_simple_extent_npoints(space.get()));
  }

  [[noreturn]] void refuse_claim(double stored) const {
    file.fail(name, "claims " + to_string(shape) + " elements, but the file stores " +
                        counted(static_cast<std::int64_t>(stored), "byte") + " for it");
  }
};

void expect_contiguous(const Stored& one) {
  const auto stored = static_cast<double>(H5Dget_storage_size(one.dataset.get()));
  if (stored == 0.0 && one.bytes > 0.0) {
    one.file.fail(one.name, "was never written", unfinished);
  }
  hsize_t size = 0;
  const haddr_t offset = H5Dget_offset(one.dataset.get());
  const bool outside =
      H5Fget_filesize(one.file.file.get(), &size) < 0 ||
      (offset != HADDR_UNDEF && static_cast<double>(offset) + stored > static_cast<double>(size));
  if (stored != one.bytes || outside) {
    one.refuse_claim(stored);
  }
}

void expect_chunks(const Stored& one) {
  constexpr double best_compression = 2000.0;
  constexpr double suspicious = 1e6;  // bytes
  const auto stored = static_cast<double>(H5Dget_storage_size(one.dataset.get()));
  if (one.bytes > suspicious && one.bytes > best_compression * stored && stored > 0.0) {
    one.refuse_claim(stored);
  }
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  if (H5Pget_chunk(one.properties.get(), H5S_MAX_RANK, chunk.data()) !=
      static_cast<int>(one.shape.size())) {
    one.file.fail(one.name, "has chunks of another number of axes");
  }
  double all = 1.0;
  for (std::size_t i = 0; i < one.shape.size(); ++i) {
    const auto extent = static_cast<std::uint64_t>(one.shape[i]);
    const std::uint64_t chunks = extent / chunk[i] + (extent % chunk[i] == 0 ? 0 : 1);
    all *= static_cast<double>(chunks);
  }
  const Handle space(H5Dget_space(one.dataset.get()), H5Sclose);
  hsize_t written = 0;
  if (H5Dget_num_chunks(one.dataset.get(), space.get(), &written) < 0) {
    one.file.fail(one.name, "has an index of chunks that cannot be read",
                  "the file may be truncated: copy it again");
  }
  if (static_cast<double>(written) < all) {
    one.file.fail(one.name,
                  "was not written to its end: " + std::to_string(written) + " of " +
                      std::to_string(static_cast<std::int64_t>(all)) +
                      " chunks are in the file, the others would be read as fill values",
                  unfinished);
  }
}

void expect_external(const Stored& one, int count) {
  double there = 0.0;
  for (int i = 0; i < count; ++i) {
    std::array<char, 4096> name{};
    off_t offset = 0;
    hsize_t size = 0;
    if (H5Pget_external(one.properties.get(), static_cast<unsigned>(i), name.size() - 1,
                        name.data(), &offset, &size) < 0) {
      one.file.fail(one.name, "has values in another file, whose name cannot be read");
    }
    const auto target = one.file.neighbour(one.name, "has its values in", name.data());
    const auto end = static_cast<double>(InputFile::open(target, one.file.on_error).size());
    const double wanted =
        size == H5F_UNLIMITED ? end - static_cast<double>(offset) : static_cast<double>(size);
    if (offset < 0 || wanted < 0.0 || static_cast<double>(offset) + wanted > end) {
      one.file.fail(one.name, std::string("has its values in '") + name.data() +
                                  "', which is shorter than they are");
    }
    there += wanted;
  }
  if (there < one.bytes) {
    one.refuse_claim(there);
  }
}

/// libhdf5 takes another folder from these variables, with other files than were checked.
void expect_plain_environment(const Stored& one) {
  for (const char* variable : {"HDF5_VDS_PREFIX", "HDF5_EXTFILE_PREFIX"}) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): read only
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') {
      one.file.fail(one.name,
                    "has values in other files, which " + std::string(variable) +
                        " looks for in another place",
                    "unset it");
    }
  }
}

}  // namespace

void expect_stored(const OpenFile& file, const std::string& dataset) {
  expect_stored(file, dataset, 0);
}

void expect_stored(const OpenFile& file, const std::string& dataset, int nesting) {
  const std::optional<Place> place = file.find(dataset);
  if (!place) {
    file.fail(dataset, "there is no such dataset");
  }
  const OpenFile& owner = *place->file;
  if (owner.output != nullptr || owner.stored.contains(place->path)) {
    return;
  }
  const Stored one(owner, place->path);
  expect_filters(owner, place->path, one.properties);
  const int raw_files = H5Pget_external_count(one.properties.get());
  const H5D_layout_t layout = H5Pget_layout(one.properties.get());
  if (raw_files > 0 || layout == H5D_VIRTUAL) {
    expect_plain_environment(one);
  }
  if (raw_files > 0) {
    expect_external(one, raw_files);
  } else if (layout == H5D_VIRTUAL) {
    expect_virtual(owner, place->path, one.dataset, nesting);
  } else if (layout == H5D_CONTIGUOUS) {
    expect_contiguous(one);
  } else if (layout == H5D_CHUNKED) {
    expect_chunks(one);
  }
  owner.stored.insert(place->path);
}

}  // namespace caloquant::hdf5
