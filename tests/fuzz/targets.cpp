#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <fstream>
#include <iterator>
#include <vector>

#include "graph/io/keras/reader.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/tensorflow/proto/read_program.hpp"
#include "graph/io/tensorflow/sstable.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/fuzz/data_targets.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

void read_index(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const auto table = tensorflow::read_sstable(std::as_bytes(std::span(bytes)), file.string());
  (void)tensorflow::decode_bundle(table, file.string());
}

constexpr std::array model_targets{
    FuzzTarget{"onnx", "model.onnx",
               [](const fs::path& file) { (void)canonicalize(read_onnx(file)); }},
    FuzzTarget{"saved_model", "saved_model.pb",
               [](const fs::path& file) { (void)read_saved_model(file.parent_path()); }},
    FuzzTarget{"graph_def", "frozen.pb",
               [](const fs::path& file) { (void)canonicalize(read_graph_def(file)); }},
    FuzzTarget{"variables_index", "variables.index", read_index},
    FuzzTarget{"keras_json", "model.json",
               [](const fs::path& file) {
                 (void)canonicalize(read_keras({file, {}, 1}));
               }},
    FuzzTarget{"keras_archive", "model.keras",
               [](const fs::path& file) {
                 (void)read_keras({{}, file, {}});
               }},
    FuzzTarget{"keras_h5", "model.h5",
               [](const fs::path& file) {
                 (void)canonicalize(read_keras({{}, file, {}}));
               }},
    FuzzTarget{"native", "quantized.h5", [](const fs::path& file) { (void)read_native(file); }},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() {
  static const std::vector<FuzzTarget> all = [] {
    std::vector<FuzzTarget> targets(model_targets.begin(), model_targets.end());
    std::ranges::copy(fuzz_data_targets(), std::back_inserter(targets));
    return targets;
  }();
  return all;
}

void feed(const FuzzTarget& target, std::span<const std::byte> bytes, const fs::path& folder) {
  const fs::path file = folder / target.file_name;
  fs::create_directories(file.parent_path());
  {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
  }
  try {
    target.read(file);
  } catch (const Error&) {
  }
}

}  // namespace caloquant::testing
