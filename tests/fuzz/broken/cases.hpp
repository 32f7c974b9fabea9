#pragma once

#include <caloquant/error.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant::testing {

/// One broken file: what is wrong with it, the files of its folder by their names, and how it is
/// read.
struct BrokenFile {
  std::string defect;                        ///< "npy: Fortran order"
  std::map<std::string, std::string> files;  ///< contents by names, "variables/x" in a folder
  std::string named;                         ///< what the place of the error must contain
  ErrorKind kind = ErrorKind::model;
  std::function<void(const std::filesystem::path& folder)> read;
};

using BrokenFiles = std::vector<BrokenFile>;

// Each adds the defects of its formats.
void add_broken_documents(BrokenFiles& all);  ///< configs, results, steps, costs, report data
void add_broken_tensors(BrokenFiles& all);    ///< .npy, .pb
void add_broken_showers(BrokenFiles& all);    ///< HDF5
void add_broken_onnx(BrokenFiles& all);
void add_broken_tensorflow(BrokenFiles& all);  ///< GraphDef, SavedModel
void add_broken_keras(BrokenFiles& all);       ///< JSON, HDF5, .keras
void add_broken_native(BrokenFiles& all);      ///< quantized.h5, sealed anew
void add_broken_unfinished(BrokenFiles& all);  ///< what a run goes on from

/// A file of tests/fixtures or tests/fuzz/corpus.
[[nodiscard]] std::string fixture(const std::string& path);
/// The first `part` of the bytes, 0 to 1.
[[nodiscard]] std::string first_part(const std::string& bytes, double part);
/// With `to` at a place.
[[nodiscard]] std::string with_bytes(std::string bytes, std::size_t at, std::string_view to);
/// With the first `from` replaced, which must be there.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);
/// Arrays inside each other.
[[nodiscard]] std::string nested(std::size_t depth);

// Protobuf's wire format.
[[nodiscard]] std::string wire_number(unsigned field, std::uint64_t value);
[[nodiscard]] std::string wire_bytes(unsigned field, std::string_view bytes);
[[nodiscard]] std::string floats_as_bytes(const std::vector<float>& values);

/// A ZIP archive whose members are stored as they are.
[[nodiscard]] std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace caloquant::testing
