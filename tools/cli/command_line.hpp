#pragma once

// The door to CLI11: commands say here which options they take, and one source reads its headers.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/option_facts.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace caloquant::cli {

/// A rule for each argument of an option.
struct ArgumentRule {
  /// What is wrong with the text; empty: nothing. May rewrite the text.
  std::function<std::string(std::string&)> problem;
  std::string wanted;  ///< "a whole number from 1 to 9"
};

/// An option or a positional argument of a command. All that change it return it.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  /// What a value is called in help: "FILE".
  Option* type_name(const std::string& name);
  /// The heading in help.
  Option* group(const std::string& heading);
  Option* required(bool is_required = true);
  /// Shows the variable's present value as the default.
  Option* capture_default_str();
  /// Takes several values in one argument.
  Option* delimiter(char separator);
  /// Of lists: does one `--option` take all arguments that follow?
  Option* allow_extra_args(bool all);
  Option* transform(const ArgumentRule& rule);
  /// Takes these words only, which help shows.
  Option* one_of(const std::vector<std::string>& words);
  Option* needs(Option* other);
  Option* excludes(Option* other);

  /// `value`, `choices` and `kind` are left to facts_of().
  [[nodiscard]] OptionFacts facts() const;
  /// The arguments that were given, as its rules rewrote them.
  [[nodiscard]] std::vector<std::string> given() const;

 private:
  CLI::Option* option_;
};

/// How parsing a command line ended.
enum class ParseEnd {
  ready,
  help,
  version,
  incomplete,  ///< an option is missing, or another that it needs
  wrong
};

struct ParseResult {
  ParseEnd end = ParseEnd::ready;
  std::string text;  ///< the version; what is wrong with `incomplete` and `wrong`
};

/// The program, or one of its commands.
class Command {
 public:
  /// A program that needs a command.
  Command(const std::string& name, std::string description, const std::string& version);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command* add_subcommand(const std::string& name, std::string description);
  /// Values go to `value`, which must outlive parse(). T: std::string, int, std::int64_t,
  /// std::uint64_t, double, an optional or a vector of such.
  template <typename T>
  Option* add_option(const std::string& names, T& value, const std::string& description);
  Option* add_flag(const std::string& names, bool& value, const std::string& description);
  /// Called when the command was chosen and all its options are right.
  void callback(std::function<void()> chosen);
  void group(std::string heading) { group_ = std::move(heading); }
  void footer(std::string text) { footer_ = std::move(text); }

  [[nodiscard]] std::string get_name() const;
  [[nodiscard]] const std::string& get_group() const { return group_; }
  [[nodiscard]] const std::string& get_description() const { return description_; }
  [[nodiscard]] const std::string& get_footer() const { return footer_; }
  [[nodiscard]] const Command* get_parent() const { return parent_; }
  /// With those for help and version, in the order in which they were added.
  [[nodiscard]] std::vector<const Option*> get_options() const;
  [[nodiscard]] std::vector<const Command*> get_subcommands() const;
  /// The command that was given; null before parse() and without one.
  [[nodiscard]] const Command* chosen() const;

  /// `arguments` as main() has them, without the program's name.
  ParseResult parse(std::vector<std::string> arguments);

 private:
  Command(CLI::App& app, std::string description, const Command* parent);
  Option* keep(CLI::Option* option);

  std::unique_ptr<CLI::App> program_;  ///< of the program alone; commands lie within it
  CLI::App* app_;
  const Command* parent_ = nullptr;
  std::string description_;
  std::string group_;
  std::string footer_;
  std::vector<std::unique_ptr<Option>> options_;
  std::vector<std::unique_ptr<Command>> commands_;
};

}  // namespace caloquant::cli
