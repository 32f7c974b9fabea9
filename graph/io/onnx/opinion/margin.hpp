#pragma once

#include <map>
#include <memory>
#include <string>

#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/opinion/node_rounding.hpp"

namespace caloquant::onnx {

// How far two programs may be apart that compute one node in f32, each in its own way. The
// derivation stands in graph/io/onnx/opinion/README.md.

/// Unit roundoff of f32.
inline constexpr double unit = 0x1p-24;
/// Roundings to f32 that one node of a model may take: one in the interpreter; on the other side
/// two of its weights (Gemm's alpha, a quotient as a factor) and one for each of at most five
/// operators of the graph.
inline constexpr double roundings = 8.0;

/// M of one value: it may be off by roundings * unit * M. Null values: by nothing.
struct Margin {
  bool known = true;
  std::shared_ptr<const Array> values;  ///< f32, the extents of the value
};

/// By name; what is not in it is the same on both sides.
using Margins = std::map<std::string, Margin>;

/// A node as it was evaluated.
struct Evaluated {
  const Model& model;
  const NodeDef& node;
  const Values& values;  ///< with the inputs of the node
  const Array& dst;      ///< its first result
};

/// M of the node's first result: for sums the node itself on absolute values.
[[nodiscard]] Margin margin_of(const Evaluated& node, const Margins& margins, Budget& budget);

/// Products that one element of the result sums up.
[[nodiscard]] double terms_of(const Evaluated& node);

/// Bound of |found - dst| for every element of an f32 result; infinite where nothing can be said:
/// where a sum may have left f32.
[[nodiscard]] std::vector<double> bounds_of(const Evaluated& node, const Margin& margin);

}  // namespace caloquant::onnx
