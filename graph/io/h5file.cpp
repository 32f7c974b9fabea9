#include "graph/io/h5file.hpp"

#include <hdf5.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "graph/io/seal.hpp"

namespace caloquant {
namespace {

/// Guards every call into the library. Recursive: iteration callbacks run inside a call.
std::recursive_mutex& library_lock() {
  static std::recursive_mutex lock;
  return lock;
}

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

void keep_quiet() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string trimmed(const char* text, std::size_t size) {
  return {text, std::find(text, text + size, '\0')};
}

}  // namespace

struct H5File::State {
  std::filesystem::path path;
  std::filesystem::path partial;  ///< empty for a file that is read
  ErrorKind on_error = ErrorKind::backend;
  Handle file;

  [[noreturn]] void fail(const std::string& inside, const std::string& problem,
                         const std::string& remedy = {}) const {
    const std::string place = path.string() + (inside.empty() ? "" : ":" + inside);
    switch (on_error) {
      case ErrorKind::model:
        throw ModelError(place, problem, remedy);
      case ErrorKind::data:
        throw DataError(place, problem, remedy);
      default:
        throw BackendError(place, problem, remedy);
    }
  }

  [[nodiscard]] Handle dataset(const std::string& name) const {
    Handle handle(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!handle.valid()) {
      fail(name, "there is no such dataset");
    }
    return handle;
  }

  [[nodiscard]] Handle attribute(const std::string& object, const std::string& name) const {
    Handle handle(
        H5Aopen_by_name(file.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    if (!handle.valid()) {
      fail(object, "has no attribute '" + name + "'");
    }
    return handle;
  }

  /// All strings of an attribute; `what` names it in messages.
  [[nodiscard]] std::vector<std::string> strings(const std::string& object,
                                                 const std::string& name) const;
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count, hid_t type,
                 std::size_t room, void* dst) const;
  /// Fails where a dataset claims more than the file holds: nobody must allocate what it claims,
  /// and libhdf5 1.10 copies beyond its buffers when a contiguous layout is shorter than its space.
  void require_stored(const std::string& name, const Handle& dataset, const Shape& shape,
                      std::size_t element_size) const;
  void write_attribute(const std::string& object, const std::string& name, hid_t type,
                       const void* value) const;
  /// Closes the file, lets `finish` work on it, gives it its name.
  template <typename Finish>
  void commit(Finish finish);
};

template <typename Finish>
void H5File::State::commit(Finish finish) {
  const std::lock_guard guard(library_lock());
  CALOQUANT_EXPECT(!partial.empty());
  const herr_t flushed = H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
  const bool closed = file.shut();
  std::error_code failure;
  const bool whole = flushed >= 0 && closed && finish(partial);
  if (whole) {
    std::filesystem::rename(partial, path, failure);
  }
  if (!whole || failure) {
    fail("", "could not be finished", "check the free space on the disk");
  }
  partial.clear();
}

std::vector<std::string> H5File::State::strings(const std::string& object,
                                                const std::string& name) const {
  const Handle handle = attribute(object, name);
  const Handle space(H5Aget_space(handle.get()), H5Sclose);
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
  std::vector<std::string> result;
  if (count == 0) {
    return result;  // Keras stores an empty list as float64[0]
  }
  const Handle type(H5Aget_type(handle.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) {
    fail(object, "attribute '" + name + "' is not text");
  }
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> texts(count, nullptr);
    if (H5Aread(handle.get(), type.get(), texts.data()) < 0) {
      fail(object, "attribute '" + name + "' cannot be read");
    }
    for (const char* text : texts) {
      result.emplace_back(text == nullptr ? "" : text);
    }
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, texts.data());
    return result;
  }
  const std::size_t size = H5Tget_size(type.get());
  std::vector<char> buffer(size * count);
  if (H5Aread(handle.get(), type.get(), buffer.data()) < 0) {
    fail(object, "attribute '" + name + "' cannot be read");
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(trimmed(buffer.data() + i * size, size));
  }
  return result;
}

H5File::H5File(std::unique_ptr<State> state) : state_(std::move(state)) {}
H5File::H5File(H5File&&) noexcept = default;
H5File& H5File::operator=(H5File&&) noexcept = default;

H5File::~H5File() {
  if (!state_) {
    return;
  }
  const std::lock_guard guard(library_lock());
  const std::filesystem::path partial = state_->partial;
  state_.reset();
  if (!partial.empty()) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
  }
}

H5File H5File::open(const std::filesystem::path& file, ErrorKind on_error) {
  const std::lock_guard guard(library_lock());
  keep_quiet();
  auto state = std::make_unique<State>();
  state->path = file;
  state->on_error = on_error;
  if (std::filesystem::is_directory(file)) {
    state->fail("", "is a folder", "give an HDF5 file");
  }
  if (!std::filesystem::is_regular_file(file)) {
    state->fail("", "there is no such file", "check the path");
  }
  if (H5Fis_hdf5(file.c_str()) <= 0) {
    state->fail("", "is not an HDF5 file", "check that it is the right one, and whole");
  }
  state->file = Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!state->file.valid()) {
    state->fail("", "cannot be opened as HDF5", "the file may be truncated: copy it again");
  }
  return H5File(std::move(state));
}

H5File H5File::open_bytes(std::span<const std::byte> bytes, const std::filesystem::path& name,
                          ErrorKind on_error) {
  const std::lock_guard guard(library_lock());
  keep_quiet();
  auto state = std::make_unique<State>();
  state->path = name;
  state->on_error = on_error;
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
    state->fail("", "is not an HDF5 file, or damaged");
  }
  return H5File(std::move(state));
}

H5File H5File::create(const std::filesystem::path& file, std::size_t user_block) {
  const std::lock_guard guard(library_lock());
  keep_quiet();
  auto state = std::make_unique<State>();
  state->path = file;
  if (std::filesystem::is_directory(file)) {
    state->fail("", "is a folder", "name a file in it");
  }
  state->partial = file.string() + ".partial";
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_userblock(creation.get(), user_block);
  state->file = Handle(
      H5Fcreate(state->partial.c_str(), H5F_ACC_TRUNC, creation.get(), H5P_DEFAULT), H5Fclose);
  if (!state->file.valid()) {
    state->fail("", "cannot be written", "check that its folder exists and is writable");
  }
  return H5File(std::move(state));
}

const std::filesystem::path& H5File::path() const {
  return state_->path;
}

void H5File::commit() {
  state_->commit([](const std::filesystem::path&) { return true; });
}

void H5File::commit_sealed(std::int64_t version) {
  state_->commit(
      [version](const std::filesystem::path& file) { return write_seal(file, version); });
}

bool H5File::exists(const std::string& path) const {
  const std::lock_guard guard(library_lock());
  std::size_t end = 0;
  while (end != std::string::npos) {  // every link on the way must exist
    end = path.find('/', end + 1);
    const std::string prefix = path.substr(0, end);
    if (prefix != "/" && !prefix.empty() &&
        H5Lexists(state_->file.get(), prefix.c_str(), H5P_DEFAULT) <= 0) {
      return false;
    }
  }
  return true;
}

bool H5File::is_group(const std::string& path) const {
  const std::lock_guard guard(library_lock());
  if (!exists(path)) {
    return false;
  }
  const Handle object(H5Oopen(state_->file.get(), path.c_str(), H5P_DEFAULT), H5Oclose);
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

std::vector<std::string> H5File::children(const std::string& group) const {
  const std::lock_guard guard(library_lock());
  const Handle handle(H5Gopen2(state_->file.get(), group.c_str(), H5P_DEFAULT), H5Gclose);
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

H5DatasetInfo H5File::info(const std::string& dataset) const {
  const std::lock_guard guard(library_lock());
  const Handle handle = state_->dataset(dataset);
  const Handle space(H5Dget_space(handle.get()), H5Sclose);
  const Handle type(H5Dget_type(handle.get()), H5Tclose);
  H5DatasetInfo result{extents_of(space.get()), H5Class::other, H5Tget_size(type.get())};
  switch (H5Tget_class(type.get())) {
    case H5T_FLOAT:
      result.element = H5Class::floating;
      break;
    case H5T_INTEGER:
      result.element = H5Class::integer;
      break;
    case H5T_STRING:
      result.element = H5Class::string;
      break;
    default:
      break;
  }
  return result;
}

Tensor H5File::read(const std::string& dataset, DType as) const {
  const std::lock_guard guard(library_lock());
  const H5DatasetInfo found = info(dataset);
  if (found.element != H5Class::floating && found.element != H5Class::integer) {
    state_->fail(dataset, "does not hold numbers");
  }
  const Handle handle = state_->dataset(dataset);
  state_->require_stored(dataset, handle, found.shape, found.element_size);
  Tensor tensor(as, found.shape);
  if (tensor.size() > 0 &&
      H5Dread(handle.get(), memory_type(as), H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.raw()) < 0) {
    state_->fail(dataset, "cannot be read", "the file may be truncated: copy it again");
  }
  return tensor;
}

void H5File::State::require_stored(const std::string& name, const Handle& dataset,
                                   const Shape& shape, std::size_t element_size) const {
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset.get()));
  double claimed = static_cast<double>(element_size);
  for (const std::int64_t extent : shape) {
    claimed *= static_cast<double>(extent);
  }
  const Handle properties(H5Dget_create_plist(dataset.get()), H5Pclose);
  const bool contiguous = H5Pget_layout(properties.get()) == H5D_CONTIGUOUS;
  constexpr double best_compression = 2000.0;
  const bool wrong = contiguous ? claimed != stored && stored > 0.0
                                : claimed > 1e6 && claimed > best_compression * stored;
  const haddr_t offset = contiguous ? H5Dget_offset(dataset.get()) : HADDR_UNDEF;
  std::error_code ignored;
  const bool outside =
      offset != HADDR_UNDEF && static_cast<double>(offset) + stored >
                                   static_cast<double>(std::filesystem::file_size(path, ignored));
  if (wrong || outside || (contiguous && stored == 0.0 && claimed > 1e6)) {
    fail(name, "claims " + to_string(shape) + " elements, but the file stores " +
                   std::to_string(static_cast<std::int64_t>(stored)) + " bytes for it");
  }
}

void H5File::State::read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                              hid_t type, std::size_t room, void* dst) const {
  const Handle handle = dataset(name);
  const Handle space(H5Dget_space(handle.get()), H5Sclose);
  Shape extents = extents_of(space.get());
  if (extents.empty() || first < 0 || count < 0 || first + count > extents.front()) {
    fail(name, "has no rows " + std::to_string(first) + " to " + std::to_string(first + count));
  }
  const Handle stored_type(H5Dget_type(handle.get()), H5Tclose);
  require_stored(name, handle, extents, H5Tget_size(stored_type.get()));
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
    fail(name, "rows from " + std::to_string(first) + " cannot be read",
         "the file may be truncated: copy it again");
  }
}

void H5File::read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                       std::span<float> dst) const {
  const std::lock_guard guard(library_lock());
  state_->read_rows(dataset, first, count, H5T_NATIVE_FLOAT, dst.size(), dst.data());
}
void H5File::read_rows(const std::string& dataset, std::int64_t first, std::int64_t count,
                       std::span<double> dst) const {
  const std::lock_guard guard(library_lock());
  state_->read_rows(dataset, first, count, H5T_NATIVE_DOUBLE, dst.size(), dst.data());
}

void H5File::create_dataset(const std::string& dataset, DType dtype, const Shape& shape,
                            const H5WriteOptions& options) {
  const std::lock_guard guard(library_lock());
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
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
                     H5Sclose);
  const Handle handle(H5Dcreate2(state_->file.get(), dataset.c_str(), memory_type(dtype),
                                 space.get(), links.get(), layout.get(), H5P_DEFAULT),
                      H5Dclose);
  if (!handle.valid()) {
    state_->fail(dataset, "cannot be written");
  }
}

void H5File::write(const std::string& dataset, const Tensor& tensor,
                   const H5WriteOptions& options) {
  const std::lock_guard guard(library_lock());
  create_dataset(dataset, tensor.dtype(), tensor.shape(), options);
  Handle handle = state_->dataset(dataset);
  const bool written =
      tensor.size() == 0 || H5Dwrite(handle.get(), memory_type(tensor.dtype()), H5S_ALL, H5S_ALL,
                                     H5P_DEFAULT, tensor.raw()) >= 0;
  if (!written || !handle.shut()) {
    state_->fail(dataset, "cannot be written", "check the free space on the disk");
  }
}

void H5File::write_rows(const std::string& dataset, std::int64_t first,
                        std::span<const float> rows) {
  const std::lock_guard guard(library_lock());
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
  if (!written || !handle.shut()) {
    state_->fail(dataset, "cannot be written", "check the free space on the disk");
  }
}

bool H5File::has_attribute(const std::string& object, const std::string& name) const {
  const std::lock_guard guard(library_lock());
  return exists(object) &&
         H5Aexists_by_name(state_->file.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string H5File::string_attribute(const std::string& object, const std::string& name) const {
  const std::lock_guard guard(library_lock());
  std::vector<std::string> texts = state_->strings(object, name);
  if (texts.size() != 1) {
    state_->fail(object, "attribute '" + name + "' is not one text");
  }
  return std::move(texts.front());
}

std::vector<std::string> H5File::strings_attribute(const std::string& object,
                                                   const std::string& name) const {
  const std::lock_guard guard(library_lock());
  return state_->strings(object, name);
}

std::int64_t H5File::integer_attribute(const std::string& object, const std::string& name) const {
  const std::lock_guard guard(library_lock());
  const Handle handle = state_->attribute(object, name);
  const Handle space(H5Aget_space(handle.get()), H5Sclose);
  const Handle type(H5Aget_type(handle.get()), H5Tclose);
  std::int64_t value = 0;
  if (H5Sget_simple_extent_npoints(space.get()) != 1 || H5Tget_class(type.get()) != H5T_INTEGER ||
      H5Aread(handle.get(), H5T_NATIVE_INT64, &value) < 0) {
    state_->fail(object, "attribute '" + name + "' is not one integer");
  }
  return value;
}

void H5File::State::write_attribute(const std::string& object, const std::string& name, hid_t type,
                                    const void* value) const {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle handle(H5Acreate_by_name(file.get(), object.c_str(), name.c_str(), type, space.get(),
                                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
  if (!handle.valid() || H5Awrite(handle.get(), type, value) < 0) {
    fail(object, "attribute '" + name + "' cannot be written");
  }
}

void H5File::set_attribute(const std::string& object, const std::string& name,
                           const std::string& text) {
  const std::lock_guard guard(library_lock());
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(1, text.size()));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  state_->write_attribute(object, name, type.get(), text.data());
}

void H5File::set_attribute(const std::string& object, const std::string& name, std::int64_t value) {
  const std::lock_guard guard(library_lock());
  state_->write_attribute(object, name, H5T_NATIVE_INT64, &value);
}

void H5File::write_text(const std::string& dataset, const std::string& text) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  write(dataset, Tensor::of<std::uint8_t>({static_cast<std::int64_t>(text.size())}, bytes));
}

std::string H5File::read_text(const std::string& dataset) const {
  const Tensor bytes = read(dataset, DType::u8);
  const auto data = bytes.data<std::uint8_t>();
  return {data.begin(), data.end()};
}

}  // namespace caloquant
