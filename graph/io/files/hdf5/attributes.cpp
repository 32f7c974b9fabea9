// Attributes of an H5File.
#include "graph/io/files/h5file.hpp"

#include <algorithm>

#include "graph/io/files/hdf5/open_file.hpp"

namespace caloquant {

using hdf5::Handle;
using hdf5::LibraryLock;
using hdf5::OpenFile;
using hdf5::Place;

namespace {

std::string trimmed(const char* text, std::size_t size) {
  return {text, std::find(text, text + size, '\0')};
}

/// All strings of an attribute.
std::vector<std::string> strings_of(const OpenFile& file, const std::string& object,
                                    const std::string& name) {
  const Handle handle = file.attribute(object, name);
  const Handle space(H5Aget_space(handle.get()), H5Sclose);
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
  std::vector<std::string> result;
  if (count == 0) {
    return result;  // Keras stores an empty list as float64[0]
  }
  const Handle type(H5Aget_type(handle.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) {
    file.fail(object, "attribute '" + name + "' is not text");
  }
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> texts(count, nullptr);
    if (H5Aread(handle.get(), type.get(), texts.data()) < 0) {
      file.fail(object, "attribute '" + name + "' cannot be read");
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
    file.fail(object, "attribute '" + name + "' cannot be read");
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(trimmed(buffer.data() + i * size, size));
  }
  return result;
}

void write_attribute(const OpenFile& file, const std::string& object, const std::string& name,
                     hid_t type, const void* value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle handle(H5Acreate_by_name(file.file.get(), object.c_str(), name.c_str(), type,
                                        space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
  file.expect_written(handle.valid() && H5Awrite(handle.get(), type, value) >= 0,
                      object + "@" + name);
}

}  // namespace

bool H5File::has_attribute(const std::string& object, const std::string& name) const {
  const LibraryLock lock;
  const std::optional<Place> place = state_->find(object);
  return place && H5Aexists_by_name(place->file->file.get(), place->path.c_str(), name.c_str(),
                                    H5P_DEFAULT) > 0;
}

std::string H5File::string_attribute(const std::string& object, const std::string& name) const {
  const LibraryLock lock;
  std::vector<std::string> texts = strings_of(*state_, object, name);
  if (texts.size() != 1) {
    state_->fail(object, "attribute '" + name + "' is not one text");
  }
  return std::move(texts.front());
}

std::optional<std::string> H5File::find_text(const std::string& object,
                                             const std::string& name) const {
  const LibraryLock lock;
  if (!has_attribute(object, name)) {
    return std::nullopt;
  }
  const Handle handle = state_->attribute(object, name);
  const Handle type(H5Aget_type(handle.get()), H5Tclose);
  const Handle space(H5Aget_space(handle.get()), H5Sclose);
  if (H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  return string_attribute(object, name);
}

std::vector<std::string> H5File::strings_attribute(const std::string& object,
                                                   const std::string& name) const {
  const LibraryLock lock;
  return strings_of(*state_, object, name);
}

std::int64_t H5File::integer_attribute(const std::string& object, const std::string& name) const {
  const LibraryLock lock;
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

void H5File::set_attribute(const std::string& object, const std::string& name,
                           const std::string& text) {
  const LibraryLock lock;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(1, text.size()));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  write_attribute(*state_, object, name, type.get(), text.data());
}

void H5File::set_attribute(const std::string& object, const std::string& name, std::int64_t value) {
  const LibraryLock lock;
  write_attribute(*state_, object, name, H5T_NATIVE_INT64, &value);
}

}  // namespace caloquant
