#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// One operator of the interpreter.
struct Operator {
  std::string_view name;
  std::int64_t since;           ///< oldest opset whose definition the function knows
  std::int64_t until;           ///< newest, for operators that ONNX dropped
  std::size_t least_inputs;     ///< that must be given
  std::size_t most_inputs;      ///< that may be listed
  std::string_view attributes;  ///< names, separated by blanks, of all opsets
  Function function;
};

/// The operator of that name in the default domain, or null.
[[nodiscard]] const Operator* find_operator(std::string_view name);

/// Checks opset, number of inputs and names of attributes before a node is evaluated or imported:
/// nothing that is not understood is ignored. Throws ModelError naming node, operator and opset.
const Operator& checked_operator(const Model& model, const NodeDef& node);

/// "Add, AveragePool, ...", for messages.
[[nodiscard]] std::string supported_operators();

}  // namespace caloquant::onnx
