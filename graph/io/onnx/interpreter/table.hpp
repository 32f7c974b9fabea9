#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// One operator of the interpreter.
struct Operator {
  std::string_view name;
  std::int64_t since;           ///< oldest opset whose definition the function knows
  std::int64_t until;           ///< newest, for operators that ONNX dropped
  std::string_view inputs;      ///< how many by opset, as input_counts() reads it
  std::string_view attributes;  ///< of all opsets, as attribute_rules() reads it
  Function function;
};

/// The operator of that name in the default domain, or null.
[[nodiscard]] const Operator* find_operator(std::string_view name);

/// All operators; tests compare it with what ONNX defines.
[[nodiscard]] std::span<const Operator> operator_table();

/// Checks opset, inputs and attributes, as the definition of that opset has them, before a node is
/// evaluated or imported: nothing that is not understood is ignored. Throws ModelError naming node,
/// operator and opset.
const Operator& checked_operator(const Model& model, const NodeDef& node);

/// "Add, AveragePool, ...", for messages.
[[nodiscard]] std::string supported_operators();

}  // namespace caloquant::onnx
