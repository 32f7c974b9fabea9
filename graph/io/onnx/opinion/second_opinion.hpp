#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/opinion/probes.hpp"

namespace caloquant::onnx {

struct OpinionOptions {
  /// Multiply-adds that the check may take, over all evaluations: about a second.
  double budget = 4e9;
  std::optional<Probes> probes;  ///< instead of seeded ones
};

/// What was computed twice.
struct ImportCheck {
  std::size_t nodes = 0;     ///< of the model that depend on its inputs
  std::size_t compared = 0;  ///< of these, whose results were compared with the graph's
  bool outputs = false;      ///< was the engine compared?
  std::int64_t rows = 0;
  double multiply_adds = 0.0;  ///< of one row
  double largest_ratio = 0.0;  ///< of differences and bounds, over all nodes
  double output_ratio = 0.0;   ///< over the outputs
  double seconds = 0.0;

  [[nodiscard]] bool complete() const { return outputs && rows > 1; }
};

/// "12 of 14 nodes and the outputs, on 2 rows".
[[nodiscard]] std::string describe(const ImportCheck& check);

/// Computes a model by the interpreter, node by node, and by what was made of it: every node of the
/// model whose result a tensor of `imported` stands for, from the same inputs, and the outputs by
/// the engine from `ready` (the canonical graph). A difference above the bound that rounding
/// explains (graph/io/onnx/opinion/README.md) throws ModelError naming the first node that differs,
/// else the pass, else the layer of the engine. A model beyond the budget is checked on fewer rows,
/// or node by node as far as the budget goes.
ImportCheck check_import(const Model& model, const ImportedModel& imported, const Graph& ready,
                         const OpinionOptions& options = {});

}  // namespace caloquant::onnx
