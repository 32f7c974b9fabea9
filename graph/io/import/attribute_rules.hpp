#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caloquant {

/// What a reader makes of one attribute of an ONNX or TensorFlow operator.
struct AttributeRule {
  std::string_view name;
  std::int64_t first = 0;  ///< versions (opsets) that have it
  std::int64_t last = INT64_MAX;
  bool required = false;
  bool harmless = false;                ///< changes nothing; else the operator reads it
  std::optional<std::int64_t> allowed;  ///< the one value that changes nothing; others are refused
};

/// The rules of a list such as "axis! pads@-10 momentum~ training_mode@14=0": names separated by
/// blanks, each with the versions that have it (@first-last, @first-, @-last or nothing for all),
/// "!" where it must be given, "~" where it changes nothing, "=" where one value is supported.
[[nodiscard]] std::vector<AttributeRule> attribute_rules(std::string_view list);

/// Numbers of inputs in a list such as "1@-10 1-3@11-", by version; "*" is any number.
struct InputCounts {
  std::size_t least = 0;
  std::size_t most = 0;
};
[[nodiscard]] InputCounts input_counts(std::string_view list, std::int64_t version);

}  // namespace caloquant
