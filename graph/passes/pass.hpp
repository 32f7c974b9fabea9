#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/editor.hpp"

namespace caloquant {

/// One exact rewriting of a graph. `run` edits until nothing matches any more (so every pass is
/// idempotent) and returns whether it changed anything; what a pass does, and when, stands on top
/// of its file.
struct Pass {
  std::string_view name;
  std::string_view summary;
  bool (*run)(GraphEditor& editor);
  bool optional = true;  ///< an executor can do without it
};

bool eliminate_identity(GraphEditor& editor);
bool fold_constants(GraphEditor& editor);
bool lower_batch_norm(GraphEditor& editor);
bool simplify_movement(GraphEditor& editor);
bool sink_transpose(GraphEditor& editor);
bool fold_transpose_into_dense(GraphEditor& editor);
bool fold_affine_into_weights(GraphEditor& editor);
bool fold_pad_into_conv(GraphEditor& editor);
bool collapse_upsample(GraphEditor& editor);
bool sink_depth_to_space(GraphEditor& editor);

/// The passes that make a graph canonical: what calibration, plans and executors work on. In order.
[[nodiscard]] std::span<const Pass> canonical_passes();

/// Names of those that a user may switch off, in order.
[[nodiscard]] std::vector<std::string> optional_pass_names();

struct PassRun {
  std::string_view name;
  bool changed = false;
};

/// Runs passes in order, each followed by finish() (sorting, shapes, verify), except those named in
/// `disabled`. A failure names the pass. Only optional ones may be disabled for an engine.
[[nodiscard]] Graph run_passes(Graph graph, std::span<const Pass> passes,
                               const std::vector<std::string>& disabled = {},
                               std::vector<PassRun>* report = nullptr);

[[nodiscard]] inline Graph canonicalize(Graph graph,
                                        const std::vector<std::string>& disabled = {}) {
  return run_passes(std::move(graph), canonical_passes(), disabled);
}

}  // namespace caloquant
