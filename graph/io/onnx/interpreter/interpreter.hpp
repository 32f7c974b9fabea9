#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// Values by name.
using Values = std::map<std::string, std::shared_ptr<const Array>>;

/// Evaluates one node; `values` holds its inputs (a missing optional one has an empty name).
/// Returns one array per output that the operator has. Throws ModelError naming node, operator and
/// opset.
[[nodiscard]] Results evaluate_node(const Model& model, const NodeDef& node, const Values& values,
                                    Budget& budget);

/// Evaluates a model as ONNX defines it, slowly: floats in double and rounded once per operator,
/// integers exactly. `inputs` in the order of Model::inputs; every input must have the declared
/// type and extents. Returns the outputs in the order of Model::outputs. Throws ModelError.
[[nodiscard]] std::vector<Array> evaluate(const Model& model, const std::vector<Array>& inputs,
                                          Budget budget = {});

}  // namespace caloquant::onnx
