#pragma once

#include <optional>
#include <regex>
#include <string>

namespace caloquant {

/// A key of op_type_dict or op_name_dict: "re:..." is an ECMAScript regex that must match the whole
/// name; a key with '*' or '?' is a glob as in fnmatch(3), where '*' also matches '/'; every other
/// key, and a glob that is itself a name, is compared exactly.
class NamePattern {
 public:
  /// Throws ConfigError at `place` when the regex is not valid.
  NamePattern(std::string pattern, std::string place);

  /// Throws ConfigError when the regex is too expensive for this name.
  [[nodiscard]] bool matches(const std::string& name) const;

 private:
  std::string pattern_;
  std::string place_;
  std::optional<std::regex> regex_;
};

}  // namespace caloquant
