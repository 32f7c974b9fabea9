#include "graph/io/files/h5file.hpp"

#include <algorithm>
#include <utility>

#include "graph/io/files/checksum_block.hpp"
#include "graph/io/files/hdf5/check/file_bytes.hpp"
#include "graph/io/files/hdf5/open_file.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {

using hdf5::Handle;
using hdf5::LibraryLock;
using hdf5::OpenFile;
using hdf5::Place;
using hdf5::prepare_library;

namespace {

/// Closes the file; `finish` writes what HDF5 does not; gives it its name, unless that is for the
/// owner of the output to do.
template <typename Finish>
void commit_file(OpenFile& state, const Finish& finish) {
  const LibraryLock lock;
  CALOQUANT_EXPECT(state.output != nullptr && state.file.valid());
  const bool flushed = H5Fflush(state.file.get(), H5F_SCOPE_GLOBAL) >= 0;
  state.expect_written(state.file.shut() && flushed, "");
  finish(*state.output);
  if (state.own_output) {
    state.output->commit();
  }
}

}  // namespace

H5File::H5File(std::unique_ptr<OpenFile> state) : state_(std::move(state)) {}
H5File::H5File(H5File&&) noexcept = default;
H5File& H5File::operator=(H5File&&) noexcept = default;

H5File::~H5File() {
  if (!state_) {
    return;
  }
  const LibraryLock lock;
  state_.reset();
}

H5File H5File::open(const std::filesystem::path& file, ErrorKind on_error, bool follow_links) {
  const LibraryLock lock;
  return H5File(OpenFile::open(file, on_error, follow_links));
}

H5File H5File::open_bytes(std::span<const std::byte> bytes, const std::filesystem::path& name,
                          ErrorKind on_error) {
  const LibraryLock lock;
  prepare_library();
  auto state = std::make_unique<OpenFile>();
  state->path = name;
  state->on_error = on_error;
  state->expect_sound(hdf5::FileBytes(bytes));
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t increment = std::size_t{1} << 20;
  // The library copies the image; its parameter is not const for callbacks that we do not set.
  void* image =
      const_cast<std::byte*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  if (H5Pset_fapl_core(access.get(), increment, 0) < 0 ||
      H5Pset_file_image(access.get(), image, bytes.size()) < 0) {
    state->fail("", "cannot be opened in memory");
  }
  state->file = Handle(H5Fopen("image", H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!state->file.valid()) {
    state->fail("", "cannot be opened as HDF5");
  }
  return H5File(std::move(state));
}

H5File H5File::create(const std::filesystem::path& file, std::size_t user_block) {
  auto state = std::make_unique<OpenFile>();
  state->own_output.emplace(file);
  state->output = &*state->own_output;
  return begin(std::move(state), user_block);
}

H5File H5File::create(OutputFile& output, std::size_t user_block) {
  auto state = std::make_unique<OpenFile>();
  state->output = &output;
  return begin(std::move(state), user_block);
}

H5File H5File::begin(std::unique_ptr<OpenFile> state, std::size_t user_block) {
  const LibraryLock lock;
  prepare_library();
  state->path = state->output->target();
  state->written.emplace(*state->output);
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_userblock(creation.get(), user_block);
  state->file = Handle(H5Fcreate(state->path.c_str(), H5F_ACC_TRUNC, creation.get(),
                                 hdf5::access_to(*state->written).get()),
                       H5Fclose);
  state->expect_written(state->file.valid(), "");
  return H5File(std::move(state));
}

const std::filesystem::path& H5File::path() const {
  return state_->path;
}

void H5File::commit() {
  commit_file(*state_, [](OutputFile&) {});
}

void H5File::commit_with_checksum(std::int64_t version) {
  commit_file(*state_, [version](OutputFile& output) { write_checksum_block(output, version); });
}

bool H5File::exists(const std::string& path) const {
  const LibraryLock lock;
  return state_->find(path).has_value();
}

bool H5File::is_group(const std::string& path) const {
  const LibraryLock lock;
  const std::optional<Place> place = state_->find(path);
  if (!place) {
    return false;
  }
  const Handle object(H5Oopen(place->file->file.get(), place->path.c_str(), H5P_DEFAULT), H5Oclose);
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

std::vector<std::string> H5File::children(const std::string& group) const {
  const LibraryLock lock;
  const std::optional<Place> place = state_->find(group);
  const Handle handle =
      place ? Handle(H5Gopen2(place->file->file.get(), place->path.c_str(), H5P_DEFAULT), H5Gclose)
            : Handle();
  if (!handle.valid()) {
    state_->fail(group, "there is no such group");
  }
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* into) -> herr_t {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return 0;
  };
  H5Literate(handle.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace caloquant
