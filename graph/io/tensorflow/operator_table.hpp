#pragma once

#include <span>
#include <string>
#include <string_view>

#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {

/// One operator with its attributes, as attribute_rules() reads them.
struct OperatorEntry {
  std::string_view op;
  Translator translate;  ///< null in structure_table()
  std::string_view attributes;
};
/// Operators that are translated, and those that are read while functions are inlined.
[[nodiscard]] std::span<const OperatorEntry> operator_table();
[[nodiscard]] std::span<const OperatorEntry> structure_table();
/// The operator of that name in either, or null.
[[nodiscard]] const OperatorEntry* find_operator(std::string_view op);
/// Refuses attributes that the operator's entry does not list, whose value it does not allow, or
/// that a function leaves to its caller. Throws ModelError at `place`.
void check_attributes(const Node& node, const std::string& place);
/// "Add, AddV2, ...", for messages.
[[nodiscard]] std::string translatable_operators();

}  // namespace caloquant::tensorflow
