#include "tools/cli/option_facts.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tools/cli/command_line.hpp"

namespace caloquant::cli {
namespace {

/// The members of "{a,b}" in a type name, which is where one_of() shows them.
std::vector<std::string> members_in(const std::string& type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) {
    return {};
  }
  std::istringstream words(type.substr(open + 1, close - open - 1));
  std::vector<std::string> members;
  for (std::string word; std::getline(words, word, ',');) {
    members.push_back(word);
  }
  return members;
}

/// What to call a value of one of CLI11's own types; behind a colon is what validators say.
std::string value_name(const std::string& type) {
  if (type.starts_with(range_value)) {
    return range_value;
  }
  const std::string base = type.substr(0, type.find(':'));
  if (base == "INT" || base == "UINT") {
    return "N";
  }
  return base == "FLOAT" ? "X" : base;
}

ValueKind kind_of(const OptionFacts& facts) {
  if (!facts.choices.empty()) {
    return ValueKind::choice;
  }
  const bool file = facts.value.find(file_value) != std::string::npos;
  return file                                                  ? ValueKind::file
         : facts.value.find(folder_value) != std::string::npos ? ValueKind::folder
                                                               : ValueKind::free;
}

}  // namespace

OptionFacts facts_of(const Option& option) {
  OptionFacts facts = option.facts();
  if (facts.type.empty()) {
    return facts;
  }
  facts.choices = members_in(facts.type);
  facts.value = facts.choices.empty() ? value_name(facts.type) : joined(facts.choices, "|");
  constexpr std::size_t longest = 40;
  if (facts.value.size() > longest) {
    facts.description += "; one of " + joined(facts.choices, ", ");
    facts.value = "NAME";
  }
  facts.kind = kind_of(facts);
  return facts;
}

std::vector<OptionFacts> options_of(const Command& command) {
  std::vector<OptionFacts> all;
  for (const Option* option : command.get_options()) {
    if (OptionFacts facts = facts_of(*option); !facts.group.empty()) {
      all.push_back(std::move(facts));
    }
  }
  const auto is_help = [](const OptionFacts& option) {
    return std::ranges::find(option.names, "--help") != option.names.end();
  };
  std::ranges::stable_sort(all, {}, [&](const OptionFacts& option) {
    return option.positional ? 0 : is_help(option) ? 2 : 1;
  });
  return all;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i > 0 ? separator : "") + words[i];
  }
  return text;
}

std::string spelling(const OptionFacts& option) {
  std::string names = joined(option.names, ", ");
  if (option.positional || option.kind == ValueKind::flag) {
    return names;
  }
  return names + " " + option.value + (option.list ? ",..." : "");
}

std::string usage_of(const Command& command, const std::string& name) {
  std::string usage = name + " [options]";
  for (const OptionFacts& option : options_of(command)) {
    if (option.positional) {
      const std::string argument = option.names.front() + (option.many ? "..." : "");
      usage += option.required ? " " + argument : " [" + argument + "]";
    }
  }
  return usage;
}

}  // namespace caloquant::cli
