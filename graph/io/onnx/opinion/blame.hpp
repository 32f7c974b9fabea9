#pragma once

#include <vector>

#include "graph/io/onnx/model.hpp"
#include "graph/io/onnx/opinion/probes.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant::onnx {

inline constexpr const char* defect_remedy =
    "this is a defect of caloquant, not of the file: please report it; the model is not used";

/// Outputs as the interpreter has them, with bounds, and the graphs that should compute them.
struct EngineCheck {
  const Model& model;
  const Graph& imported;
  const Graph& ready;  ///< canonical
  const Probes& probes;
  const std::vector<Array>& expected;
  const std::vector<std::vector<double>>& bounds;
};

/// Runs the engine on the canonical graph; returns the largest ratio of difference and bound.
/// Throws ModelError for a ratio above 1, naming the pass or the layer that is to blame.
double compare_engine(const EngineCheck& check);

}  // namespace caloquant::onnx
