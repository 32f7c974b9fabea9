#pragma once

#include <caloquant/error.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "graph/io/files/hdf5/library.hpp"
#include "graph/io/files/hdf5/output_driver.hpp"

namespace caloquant::hdf5 {

class FileBytes;
struct Place;

/// What is behind an H5File. The caller holds a LibraryLock.
struct OpenFile {
  std::filesystem::path path;
  ErrorKind on_error = ErrorKind::backend;
  bool follow_links = false;  ///< to other files of the folder
  std::optional<OutputFile> own_output;
  OutputFile* output = nullptr;         ///< where it is written to; null for a file that is read
  std::optional<WrittenBytes> written;  ///< of the output
  Handle file;                          ///< closed before its output goes
  /// Files that links of this one lead to, by their paths.
  mutable std::map<std::filesystem::path, std::unique_ptr<OpenFile>> others;
  /// Datasets whose storage was found good.
  mutable std::set<std::string> stored;

  /// Opens a file for reading after its check (hdf5/check). Throws an Error of the kind.
  [[nodiscard]] static std::unique_ptr<OpenFile> open(const std::filesystem::path& file,
                                                      ErrorKind on_error, bool follow_links);

  /// Fails unless libhdf5 may see the bytes (damage_in()).
  void expect_sound(const FileBytes& bytes) const;

  [[noreturn]] void fail(const std::string& inside, const std::string& problem,
                         const std::string& remedy = {}) const;
  /// After something was written: throws when a call into the library was not `done`, or when the
  /// bytes did not arrive.
  void expect_written(bool done, const std::string& inside) const;

  /// Where an object is, behind all soft and external links; empty where there is none. libhdf5
  /// follows no link itself, so nothing is read that was not checked.
  [[nodiscard]] std::optional<Place> find(const std::string& object) const;
  [[nodiscard]] Handle dataset(const std::string& name) const;
  [[nodiscard]] Handle attribute(const std::string& object, const std::string& name) const;

  /// The file of the same folder that `what` at `inside` names. Throws where it is not there, not
  /// an ordinary file, or outside of the folder (links are resolved).
  [[nodiscard]] std::filesystem::path present(const std::string& inside, const std::string& what,
                                              const std::string& name) const;
  /// The same, but throws as well where links must not be followed.
  [[nodiscard]] std::filesystem::path neighbour(const std::string& inside, const std::string& what,
                                                const std::string& name) const;
  [[nodiscard]] const OpenFile& other(const std::filesystem::path& neighbour) const;
};

/// An object and the file that holds it.
struct Place {
  const OpenFile* file;
  std::string path;
};

}  // namespace caloquant::hdf5
