#include "graph/io/files/hdf5/open_file.hpp"

#include "graph/io/files/hdf5/check/check_file.hpp"
#include "graph/io/files/hdf5/storage.hpp"
#include "graph/io/files/write_problem.hpp"
#include "ops/core/throw_error.hpp"

namespace caloquant::hdf5 {

void OpenFile::fail(const std::string& inside, const std::string& problem,
                    const std::string& remedy) const {
  throw_error(on_error, path.string() + (inside.empty() ? "" : ":" + inside), problem, remedy);
}

void OpenFile::expect_written(bool done, const std::string& inside) const {
  CALOQUANT_EXPECT(written.has_value());
  if (!done || written->error() != 0) {
    const WriteProblem found = write_problem(written->error());
    fail(inside, found.problem, found.remedy);
  }
}

std::unique_ptr<OpenFile> OpenFile::open(const std::filesystem::path& file, ErrorKind on_error,
                                         bool follow_links) {
  prepare_library();
  auto opened = std::make_unique<OpenFile>();
  opened->path = file;
  opened->on_error = on_error;
  opened->follow_links = follow_links;
  InputFile input = InputFile::open(file, on_error);
  const std::string checked = "/proc/self/fd/" + std::to_string(input.descriptor());
  const FileBytes bytes(std::move(input));
  opened->expect_sound(bytes);
  // The file that was checked, whatever has its name by now.
  const std::string name = is_there(checked) ? checked : file.string();
  opened->file = Handle(H5Fopen(name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!opened->file.valid()) {
    opened->fail("", "cannot be opened as HDF5", "the file may be truncated: copy it again");
  }
  return opened;
}

void OpenFile::expect_sound(const FileBytes& bytes) const {
  if (!superblock_in(bytes)) {
    fail("", "is not an HDF5 file", "check that it is the right one, and whole");
  }
  if (const auto damage = damage_in(bytes)) {
    fail("", "is damaged: " + *damage, "it may be truncated: copy it again");
  }
}

Handle OpenFile::dataset(const std::string& name) const {
  const std::optional<Place> place = find(name);
  if (!place) {
    fail(name, "there is no such dataset");
  }
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  // Where expect_stored() looks for parts in other files, and nowhere else.
  const std::string folder = std::filesystem::absolute(place->file->path).parent_path().string();
  H5Pset_virtual_prefix(access.get(), folder.c_str());
  H5Pset_efile_prefix(access.get(), folder.c_str());
  Handle handle(H5Dopen2(place->file->file.get(), place->path.c_str(), access.get()), H5Dclose);
  if (!handle.valid()) {
    fail(name, "there is no such dataset");
  }
  expect_ended_sources(*this, name, handle);
  return handle;
}

Handle OpenFile::attribute(const std::string& object, const std::string& name) const {
  Handle handle;
  if (const std::optional<Place> place = find(object)) {
    handle = Handle(H5Aopen_by_name(place->file->file.get(), place->path.c_str(), name.c_str(),
                                    H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  }
  if (!handle.valid()) {
    fail(object, "has no attribute '" + name + "'");
  }
  return handle;
}

}  // namespace caloquant::hdf5
