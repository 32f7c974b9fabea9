#include "graph/io/onnx/test_folder.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <optional>

#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant::onnx {
namespace {

namespace fs = std::filesystem;

/// prefix_0.pb, prefix_1.pb, ... as far as they go.
std::vector<Array> read_arrays(const fs::path& folder, const std::string& prefix) {
  std::vector<Array> arrays;
  for (;;) {
    const fs::path file = folder / (prefix + std::to_string(arrays.size()) + ".pb");
    if (!is_there(file)) {
      return arrays;
    }
    arrays.push_back(read_array(file));
  }
}

bool agree(double found, double expected, const Tolerance& tolerance) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(found) : found == expected;
  }
  return std::fabs(found - expected) <=
         tolerance.absolute + tolerance.relative * std::fabs(expected);
}

/// Published data of bf16 is declared as u16: Python has no bf16.
Array as_bfloat(const Array& array) {
  Array result(ElementType::bf16, array.dims());
  std::copy(array.bytes().begin(), array.bytes().end(), result.bytes().begin());
  return result;
}

void take_bfloats(const std::vector<ValueInfo>& declared, std::vector<Array>& arrays) {
  for (std::size_t i = 0; i < declared.size() && i < arrays.size(); ++i) {
    if (declared[i].type == ElementType::bf16 && arrays[i].type() == ElementType::u16) {
      arrays[i] = as_bfloat(arrays[i]);
    }
  }
}

/// Why two arrays differ, or nothing.
std::optional<std::string> difference(const Array& found, const Array& expected,
                                      const Tolerance& tolerance) {
  if (found.type() != expected.type() || found.dims() != expected.dims()) {
    return "is " + describe(found) + ", expected is " + describe(expected);
  }
  if (!is_float(found.type())) {  // 8-bit floats too: they are rounded in one way only
    const auto* end = found.bytes().data() + found.bytes().size();
    const auto* at = std::mismatch(found.bytes().data(), end, expected.bytes().data()).first;
    const auto element =
        static_cast<std::size_t>(at - found.bytes().data()) / size_of(found.type());
    return at == end ? std::nullopt
                     : std::optional("differs in element " + std::to_string(element));
  }
  Model nowhere;  // for messages that cannot occur: the type is known to be a float
  const NodeDef none;
  Budget budget;
  const Call call(nowhere, none, {}, budget);
  const std::vector<double> a = to_doubles(call, found);
  const std::vector<double> b = to_doubles(call, expected);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!agree(a[i], b[i], tolerance)) {
      return "differs in element " + std::to_string(i) + ": " + std::to_string(a[i]) +
             ", expected " + std::to_string(b[i]);
    }
  }
  return std::nullopt;
}

void check_data_set(const Model& model, const fs::path& folder, const Tolerance& tolerance) {
  std::vector<Array> expected = read_arrays(folder, "output_");
  std::vector<Array> inputs = read_arrays(folder, "input_");
  take_bfloats(model.outputs, expected);
  take_bfloats(model.inputs, inputs);
  const std::vector<Array> found = evaluate(model, inputs);
  if (expected.size() != found.size()) {
    throw ModelError(folder.string(), "holds " + std::to_string(expected.size()) +
                                          " outputs, the model has " +
                                          std::to_string(found.size()));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (const auto why = difference(found[i], expected[i], tolerance)) {
      throw ModelError(folder.string(), "output " + std::to_string(i) + " " + *why);
    }
  }
}

}  // namespace

std::vector<fs::path> test_folders(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "model.onnx", error)) {
    return {folder};
  }
  std::vector<fs::path> found;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() == "model.onnx") {
      found.push_back(entry->path().parent_path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

FolderResult run_test_folder(const fs::path& folder, const Tolerance& tolerance) {
  FolderResult result{folder, false, {}};
  try {
    const Model model = read_model(folder / "model.onnx");
    std::size_t sets = 0;
    for (;; ++sets) {
      const fs::path data = folder / ("test_data_set_" + std::to_string(sets));
      if (!is_folder(data)) {
        break;
      }
      check_data_set(model, data, tolerance);
    }
    result.passed = sets > 0;
    result.message = sets == 0 ? "there is no test_data_set_0"
                               : std::to_string(sets) + (sets == 1 ? " data set" : " data sets");
  } catch (const Error& error) {
    result.message = error.what();
  }
  return result;
}

}  // namespace caloquant::onnx
