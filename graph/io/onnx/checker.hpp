#pragma once

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// The rules of onnx.checker (onnx/checker.cc, ONNX 1.17) for what caloquant writes: named graph,
/// version of the file that the opset asks for; inputs, initializers and outputs with names and
/// types, each name given a value once; nodes with unique names in topological order that read only
/// what exists, with known attributes of the right kind and those that are required; declared types
/// and extents that are possible. Throws ModelError with the first thing that breaks one.
void check_rules(const Model& model);

}  // namespace caloquant::onnx
