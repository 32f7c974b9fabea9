#pragma once

#include <string>
#include <vector>

namespace caloquant::cli {

class Command;
class Option;

/// What follows an option.
enum class ValueKind { flag, free, file, folder, choice };

/// What help, manual page and shell completion know of an option, read from the tree of the
/// command line itself.
struct OptionFacts {
  std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument its name alone
  bool positional = false;
  ValueKind kind = ValueKind::flag;
  std::string type;   ///< as the parser calls it, "INT:a whole number"; empty for a flag
  std::string value;  ///< "FILE", "N", "h5|onnx"; empty for a flag
  std::vector<std::string> choices;  ///< of kind choice
  bool list = false;                 ///< several values, separated by commas
  bool many = false;                 ///< several arguments, or the option several times
  bool required = false;
  std::string description;
  std::string default_text;
  std::string group;
};

[[nodiscard]] OptionFacts facts_of(const Option& option);

/// Of all options of a command that are not hidden: positional arguments first, --help last.
[[nodiscard]] std::vector<OptionFacts> options_of(const Command& command);

[[nodiscard]] std::string joined(const std::vector<std::string>& words,
                                 const std::string& separator);

/// "-o, --output DIR"; of a positional argument "MODEL".
[[nodiscard]] std::string spelling(const OptionFacts& option);

/// "caloquant convert [options] [MODEL]".
[[nodiscard]] std::string usage_of(const Command& command, const std::string& name);

// Type names that say what a value is.
inline constexpr const char* file_value = "FILE";
inline constexpr const char* folder_value = "DIR";
inline constexpr const char* range_value = "LO:HI";

}  // namespace caloquant::cli
