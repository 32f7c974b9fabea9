#include "quantizer/output/emit/verified_write.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include "graph/io/onnx/checker.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/ir/difference.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

/// The place of an error without the name of the moment.
std::string with_own_name(std::string place, const fs::path& unchecked, const fs::path& file) {
  const std::size_t at = place.find(unchecked.string());
  return at == std::string::npos ? file.string() + ": " + place
                                 : place.replace(at, unchecked.string().size(), file.string());
}

/// write(output), check(its path), and then its own name.
template <typename Write, typename Check>
void write_checked(const fs::path& file, Write write, Check check) {
  OutputFile output(file);
  try {
    write(output);
    check(output.path());
  } catch (const ModelError& error) {
    throw ModelError(
        with_own_name(error.place(), output.path(), file),
        "is not written, because what would be in it does not pass: " + error.problem(),
        error.remedy());
  }
  output.commit();
}

/// The graph as the profile is meant to carry it.
Graph carried(const Graph& graph, OnnxProfile profile) {
  return profile == OnnxProfile::onnxruntime ? with_whole_biases(graph) : graph;
}

void check_onnx(const Graph& graph, const fs::path& file, const onnx::ExportedModel& exported,
                std::int64_t available, const RowFiller& fill) {
  onnx::check_rules(exported.model);
  onnx::Model model = onnx::read_model(file);
  onnx::check_rules(model);
  onnx::ImportedModel written{graph, exported.nodes, {}};
  for (const OnnxNote& note : exported.notes) {
    written.altered.insert(note.layer);
  }
  Graph ready = run_passes(graph, canonical_passes(), optional_pass_names());
  (void)SecondOpinion(std::move(model), std::move(written), std::move(ready))
      .check(available, fill);
}

}  // namespace

void write_verified_native(const NativeModel& model, const fs::path& file,
                           const FileCheck& further) {
  write_checked(
      file, [&](OutputFile& output) { write_native(model, output); },
      [&](const fs::path& unchecked) {
        const NativeModel back = read_native(unchecked);
        const std::string other = difference(model.graph, back.graph);
        if (!other.empty()) {
          throw ModelError(unchecked.string(), "another model comes back: " + other);
        }
        verify_samples(back, unchecked);
        if (further) {
          further(unchecked);
        }
      });
}

std::vector<OnnxNote> write_verified_onnx(const Graph& graph, const fs::path& file,
                                          OnnxProfile profile, std::int64_t available,
                                          const RowFiller& fill, const FileCheck& further) {
  const Graph model = carried(graph, profile);
  const onnx::ExportedModel exported = onnx::export_graph(model, profile);
  write_checked(
      file, [&](OutputFile& output) { (void)write_onnx(graph, output, profile); },
      [&](const fs::path& unchecked) {
        check_onnx(model, unchecked, exported, available, fill);
        if (further) {
          further(unchecked);
        }
      });
  return exported.notes;
}

}  // namespace caloquant
